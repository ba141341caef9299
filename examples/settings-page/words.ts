import type { AwsCredentialType, IntegrationAuthenticationType } from 'galileo-gateway/client';

/** The enum values that people read. */
export const words: Readonly<Record<IntegrationAuthenticationType | AwsCredentialType, string>> = {
  API_KEY: 'API key',
  ASSUMED_ROLE: 'Assumed role',
  CLIENT_SECRET: 'Client secret',
  CUSTOM_OAUTH2: 'Custom OAuth 2',
  KEY_SECRET: 'Access key and secret',
  NONE: 'None',
  OAUTH2: 'OAuth 2',
  USERNAME_PASSWORD: 'User name and password',
  UNRECOGNIZED: 'One that this page does not know',
};

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A size in the largest unit of which there is at least one: 5,368,709,120 is 5 GiB. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const amount = (bytes / 1024 ** power).toLocaleString('en', { maximumFractionDigits: 1 });
  return `${amount} ${units[power] ?? ''}`;
}

/** The host of an address; the text itself where it is no address. */
export function formatHost(address: string | null): string | undefined {
  if (address === null || address === '') return undefined;
  return URL.canParse(address) ? new URL(address).host : address;
}
