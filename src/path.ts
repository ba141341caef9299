/** The path of a value in a response or an input: a linked list from the innermost key outwards. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

export function toKeys(path: Path | undefined): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.parent) keys.push(at.key);
  return keys.reverse();
}
