import { BlockList, isIP } from 'node:net';

/** What `loopback` and `private` in TRUST_PROXY stand for. */
const namedRanges: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Returns a function that follows `X-Forwarded-For` from its end while the sender is a trusted proxy. Entries that an
 * untrusted client wrote are never used.
 */
export function createClientAddressReader(trusted: readonly string[] = []) {
  const proxies = new BlockList();
  for (const range of trusted.flatMap((name) => namedRanges[name] ?? [name])) {
    const [address = '', bits] = range.split('/');
    const family = toFamily(address);
    if (bits === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(bits), family);
  }
  return (remoteAddress: string | undefined, forwardedFor: string | undefined): string | undefined => {
    if (remoteAddress === undefined) return undefined;
    let client = toPlain(remoteAddress);
    if (trusted.length === 0) return client;
    // Empty list members are ignored (RFC 9110, section 5.6.1).
    const chain = forwardedFor?.split(',').filter((entry) => entry.trim() !== '') ?? [];
    while (chain.length > 0 && proxies.check(client, toFamily(client))) {
      const next = toPlain(chain.pop() ?? '');
      if (isIP(next) === 0) break;
      client = next;
    }
    return client;
  };
}

const toFamily = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Removes brackets, the port, the zone of an IPv6 address, and the prefix of an IPv4-mapped one. */
const toPlain = (address: string): string =>
  address
    .trim()
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^([\d.]+):\d+$/, '$1')
    .replace(/%.*/, '')
    .replace(/^::ffff:(?=[\d.]+$)/i, '');
