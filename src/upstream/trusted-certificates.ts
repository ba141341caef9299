import { existsSync, readFileSync } from 'node:fs';
import * as tlsModule from 'node:tls';

/** `getCACertificates` exists since Node 22.15. */
const tlsFunctions: {
  readonly rootCertificates: readonly string[];
  readonly getCACertificates?: (type: 'default') => readonly string[];
} = tlsModule;

/**
 * The CAs that Node trusts by default and additional ones, as PEM. The option `ca` of Node's TLS would replace the
 * defaults. Undefined if there are no additional ones.
 */
export function readTrustedCertificates(additional: string | undefined): string[] | undefined {
  return additional === undefined ? undefined : [...readPlatformCertificates(), additional];
}

function readPlatformCertificates(): readonly string[] {
  if (tlsFunctions.getCACertificates !== undefined) return tlsFunctions.getCACertificates('default');
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  const extra = file === undefined || !existsSync(file) ? [] : [readFileSync(file, 'utf8')];
  return [...tlsFunctions.rootCertificates, ...extra];
}
