const ORIGIN = /^https?:\/\/[^/?#]*/;

/**
 * Returns the request with a URL that `new URL` accepts. Health checks of load balancers use HTTP/1.0, which needs no
 * Host header, and clients may send an invalid one; Bun's `request.url` then has no host or an invalid one. Routing
 * ignores the host, so any placeholder works.
 */
export const withValidUrl = (request: Request): Request => {
  if (URL.canParse(request.url)) return request;
  return new Request(`http://localhost/${request.url.replace(ORIGIN, "").replace(/^\//, "")}`, request);
};
