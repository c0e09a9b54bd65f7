import { Address6 } from "ip-address";

const PREFIX_BITS = 64;

/**
 * The key for limits per address: an IPv4 address, or an IPv6 address's /64 network, all of which one client controls.
 */
export const addressGroup = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":") || !Address6.isValid(plain)) return plain;
  return `${new Address6(plain).mask(PREFIX_BITS)}/${PREFIX_BITS}`;
};
