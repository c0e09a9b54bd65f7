/** Bounds of the protocol that both sides know. Times are in seconds, sizes in bytes of UTF-8. */
export const MAX_FRAME_BYTES = 64 * 1024;
export const MAX_PRESENCE_BYTES = 2 * 1024;
export const MAX_SUBSCRIPTIONS = 500;
export const AUTH_TIMEOUT_SECONDS = 5;
export const HEARTBEAT_SECONDS = 25;
export const SIGN_OF_LIFE_SECONDS = 60;
export const TOKEN_SECONDS = 600;
export const TOKEN_AUDIENCE = "artel-realtime";
/** A client whose joined tenant is missing from this many heartbeats subscribes again. */
export const MISSED_HEADS = 3;
