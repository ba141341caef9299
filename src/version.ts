import { readFileSync } from 'node:fs';

/** The version of this program, as its package has it. */
export const version = readVersion();

function readVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content
    ? String(content.version)
    : '0.0.0';
}
