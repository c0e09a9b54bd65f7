const ORIGIN = /^https?:\/\/[^/?#]*/;

/**
 * The request with an address that can be read. HTTP/1.0, which the health checks of load balancers speak, needs no Host
 * header, and somebody may send nonsense in it; Bun then gives an address without a host, or with one that is none.
 * Who a request is for is decided by no host of its own, so that any will do.
 */
export const withReadableUrl = (request: Request): Request => {
  if (URL.canParse(request.url)) return request;
  return new Request(`http://localhost/${request.url.replace(ORIGIN, "").replace(/^\//, "")}`, request);
};
