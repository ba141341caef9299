export const tlsExpectedHint = 'Upstream speaks TLS on this port: check whether GALILEO_API_URL needs https.';

/** Signs of a misconfigured connection: OpenSSL's codes and messages, and responses of servers in front of the API. */
const hints: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /wrong.version.number|packet.length.too.long|record.layer.failure/i,
    'Upstream does not speak TLS on this port: check whether GALILEO_API_URL needs http.',
  ],
  [
    /alert.certificate.required|No required SSL certificate was sent/i,
    'Upstream requires a client certificate: set UPSTREAM_CERT_FILE and UPSTREAM_KEY_FILE.',
  ],
  [
    /alert.(?:bad.certificate|unknown.ca|certificate.(?:unknown|expired|revoked)|unsupported.certificate)|The SSL certificate error/i,
    'Upstream does not accept the client certificate of UPSTREAM_CERT_FILE.',
  ],
  [
    /alert.handshake.failure/i,
    'Upstream refused the TLS handshake: it may require a client certificate (UPSTREAM_CERT_FILE).',
  ],
  [/\b(?:EMFILE|ENFILE)\b/, 'The process has no free file descriptor: raise its limit (ulimit -n).'],
  [/^UND_ERR_SOCKET bad response/, 'Upstream sent an unsolicited `100 Continue`.'],
  [
    /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled/i,
    tlsExpectedHint,
  ],
];

/** What the operator can do about an error or a response. Undefined if no known cause matches. */
export const findHint = (text: string): string | undefined =>
  hints.find(([pattern]) => pattern.test(text))?.[1];
