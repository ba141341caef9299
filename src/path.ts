/** A position in nested data, from the inside out. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

export function toKeys(path: Path | undefined): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.parent) keys.push(at.key);
  return keys.reverse();
}
