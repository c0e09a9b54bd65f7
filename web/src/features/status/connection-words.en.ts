export const words = {
  connection: {
    title: "Connection",
    now: "Now",
    socket: "The socket",
    stream: "The stream",
    live: "Live, by the socket. Changes arrive the moment they happen.",
    streaming: "Live by stream. Changes arrive the moment they happen.",
    polling: "Polling. The page asks for changes every {seconds} seconds. Nothing is lost.",
    reconnecting: "Connecting again.",
    offline: "Offline. The browser says that there is no network. Changes wait and are sent when it is back.",
    goesUp: "The page goes on trying, and goes live by itself when it can.",
    looking: "Looking at what answers there…",
    address: "Address of the socket",
    origin: "Address of this page",
    answered: "Answer at the address of the socket",
    mixed:
      "This page came over https, so the browser forbids a socket without encryption. Set WSS_URL to a wss:// address.",
    untrusted: "The server does not trust the address of this page. Add it to TRUSTED_ORIGINS, or set BASE_URL to it.",
    token: "The server gave no token for the live connection. It said: {code}.",
    unreachable: "The server did not answer when it was asked for a token for the live connection.",
    upgrade:
      "Artel answers at this address, but the request to become a WebSocket does not reach it: a proxy between takes it away. Let the proxy pass it on, for nginx:",
    elsewhere:
      "Something else than Artel answers at this address (status {status}). The proxy must hand it on to the realtime server, or WSS_URL must lead there.",
    nothing:
      "Nothing of Artel can be reached at this address. Check that the realtime server runs, that WSS_URL leads to it, and that no firewall stands between.",
    cut: "Something answers at this address and WebSocket is passed on, but the socket is closed before the server answers on it (code {code}).",
    silent:
      "Something answers at this address and WebSocket is passed on, but the server does not answer on the socket. A proxy may hold back what is sent.",
    heldBack:
      "The stream of events is held back: a proxy collects what should pass at once. Turn its buffering off, for nginx:",
    refused:
      "Something between answered in the server’s place when the stream was asked for (status {status}). Let /api/events/stream through.",
    streamCut:
      "The stream is ended soon after it begins. The proxy’s time limit for silent connections must be above 25 seconds, for nginx:",
    streamUnreachable: "The stream of events could not be reached.",
  },
};
