export const words = {
  connection: {
    title: "Connection",
    now: "Status",
    socket: "WebSocket",
    stream: "Event stream",
    live: "Live over WebSocket. Changes arrive immediately.",
    streaming: "Live over an event stream. Changes arrive immediately.",
    polling: "Polling. The page checks for changes every {seconds} seconds. Nothing is lost.",
    reconnecting: "Reconnecting.",
    offline: "Offline. The browser reports that there is no network. Changes wait and will be sent when it is back.",
    goesUp: "The page keeps trying and goes live by itself when it can.",
    looking: "Checking what answers at this address…",
    address: "WebSocket address",
    origin: "Address of this page",
    mixed:
      "This page was loaded over https, so the browser blocks an unencrypted WebSocket. Set WSS_URL to a wss:// address.",
    untrusted: "The server does not trust the address of this page. Add it to TRUSTED_ORIGINS, or set BASE_URL to it.",
    token: "The server did not issue a token for the live connection. Its answer: {code}.",
    unreachable: "The server did not answer the request for a live connection token.",
    upgrade:
      "Artel answers at this address, but a proxy removes the WebSocket upgrade request. Let the proxy pass it on. For nginx:",
    elsewhere:
      "Something other than Artel answers at this address (status {status}). The proxy must pass requests on to the realtime server, or WSS_URL must point to it.",
    nothing:
      "Artel cannot be reached at this address. Check that the realtime server is running, that WSS_URL points to it, and that no firewall blocks it.",
    cut: "Something answers at this address and passes WebSocket on, but the socket closes before the server answers (code {code}).",
    silent:
      "Something answers at this address and passes WebSocket on, but the server does not answer. A proxy may be holding data back.",
    heldBack: "The event stream is delayed because a proxy buffers it. Turn buffering off. For nginx:",
    refused:
      "Something other than the server answered the request for the event stream (status {status}). Let /api/events/stream through.",
    streamCut:
      "The event stream is cut off soon after it starts. The proxy must allow more than 25 seconds of silence. For nginx:",
    streamUnreachable: "The event stream cannot be reached.",
  },
};
