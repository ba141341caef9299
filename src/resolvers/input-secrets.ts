import { isJsonObject } from '../json.ts';

/**
 * Every text that stands where a secret of the input does, in an input or in variables of any shape: a request that is
 * refused, or puts a secret in the wrong place, has it shown no more than another.
 */
export function findSecrets(inputs: unknown): string[] {
  const secrets: string[] = [];
  // Not by recursion: nothing has bounded how deep variables nest.
  const pending = [inputs];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
      if (typeof inner === 'object') pending.push(inner);
      if (!secretNames.has(name)) continue;
      if (typeof inner === 'string') secrets.push(inner);
      if (!Array.isArray(inner)) continue;
      for (const entry of inner as unknown[]) {
        if (isJsonObject(entry) && typeof entry['value'] === 'string') secrets.push(entry['value']);
      }
    }
  }
  return secrets;
}

const secretNames: ReadonlySet<string> = new Set([
  'accessKeyId',
  'apiKeyValue',
  'defaultHeaders',
  'headers',
  'secretAccessKey',
  'serviceAccountCredentials',
  'token',
]);
