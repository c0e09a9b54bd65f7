import { Address6 } from "ip-address";

const PREFIX_BITS = 64;

/**
 * What limits are counted by: an IPv4 address, or the /64 network of an IPv6 one, for whoever has one of its addresses has them all.
 */
export const addressGroup = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!plain.includes(":") || !Address6.isValid(plain)) return plain;
  return `${new Address6(plain).mask(PREFIX_BITS)}/${PREFIX_BITS}`;
};
