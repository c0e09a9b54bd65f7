import { Address4, Address6 } from "ip-address";
import { ConfigError } from "../config/config.ts";

export type Client = {
  /** The client's address, as trusted proxies forwarded it if there are any. */
  readonly address: string;
  /** The request came from this machine and through no proxy. */
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
 * Resolves the client's address. Trusts `X-Forwarded-For` only as far as trusted proxies wrote it: takes the first
 * address from the right that is not a trusted proxy.
 * @throws ConfigError for an entry that is neither an address nor a network.
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
