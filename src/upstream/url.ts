/** The port of a URL, explicit or default. */
export const getPort = ({ port, protocol }: URL): number =>
  Number(port) || (protocol === 'https:' ? 443 : 80);

/** The path of a URL without its trailing slash. */
export const getBasePath = ({ pathname }: URL): string => pathname.replace(/\/+$/, '');
