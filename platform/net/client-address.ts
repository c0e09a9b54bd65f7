import { Address4, Address6 } from "ip-address";
import { ConfigError } from "../config/config.ts";

export type Client = {
  /** The address of who called, behind trusted proxies where there are any. */
  readonly address: string;
  /** Called from this machine and through no proxy. */
  readonly loopback: boolean;
};

export type AddressResolver = (headers: Headers, peer: string) => Client;

type Network = (address: string) => boolean;

const parse = (text: string): Address4 | Address6 | null => {
  const plain = text
    .trim()
    .replace(/^::ffff:(?=\d+\.)/i, "")
    .replace(/^\[(.*)\]$/, "$1");
  if (Address4.isValid(plain)) return new Address4(plain);
  if (Address6.isValid(plain)) return new Address6(plain);
  return null;
};

const toNetwork = (text: string): Network => {
  const network = parse(text);
  if (network === null) {
    throw new ConfigError(`TRUSTED_PROXIES: expected addresses or networks (10.0.0.0/8), not ${text}`);
  }
  return (address) => {
    const candidate = parse(address);
    if (candidate === null) return false;
    if (network instanceof Address4) return candidate instanceof Address4 && candidate.isInSubnet(network);
    return candidate instanceof Address6 && candidate.isInSubnet(network);
  };
};

const LOOPBACK: Network = (address) => address === "::1" || /^(::ffff:)?127\./i.test(address);
const FORWARDING = ["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"];

/**
 * Finds the client's address. `X-Forwarded-For` is believed only as far as trusted proxies wrote it: from the right,
 * the first address that is none of them. @throws ConfigError for a network that can't be read.
 */
export const createAddressResolver = (trustedProxies: readonly string[]): AddressResolver => {
  const networks = trustedProxies.map(toNetwork);
  const isTrusted = (address: string) => networks.some((network) => network(address));
  return (headers, peer) => {
    const loopback = LOOPBACK(peer) && !FORWARDING.some((name) => headers.has(name));
    if (!isTrusted(peer)) return { address: peer, loopback };
    const hops = (headers.get("x-forwarded-for") ?? "").split(",").map((hop) => hop.trim());
    for (const hop of hops.reverse()) {
      if (parse(hop) === null) break;
      if (!isTrusted(hop)) return { address: hop, loopback };
    }
    return { address: peer, loopback };
  };
};
