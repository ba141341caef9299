import { DocumentReader, type Operation, type Shape } from './document.ts';

/** A difference between two OpenAPI documents, and what it means for the gateway. */
interface Finding {
  /** `breaking`: something that works today fails or is lost. */
  readonly level: 'news' | 'breaking';
  readonly change: 'new' | 'gone' | 'changed';
  /** An operation, a schema or a property. */
  readonly subject: string;
  readonly text: string;
}

export interface Drift {
  /** Breaking findings first. */
  readonly findings: readonly Finding[];
  /** Operations of Galileo's client API, if the published document describes only its public API. */
  readonly notCovered: readonly string[];
}

/** `sent`: the gateway writes it. `received`: the gateway reads it. */
type Direction = 'sent' | 'received';

/** The gateway reads either name. */
const synonyms: Readonly<Record<string, string>> = { base_url: 'endpoint' };
/** Properties that the gateway does not use. */
const unused: Readonly<Record<Direction, readonly string[]>> = {
  sent: ['is_legacy_format'],
  received: ['api_key_value', 'headers', 'provider'],
};

/**
 * Compares a published OpenAPI document with the one that this version was built on, in the operations that the gateway calls.
 * Other operations, descriptions, order and the names of schemas do not matter. Neither do stricter responses and more lenient
 * requests.
 */
export function findDrift(
  known: Readonly<Record<string, unknown>>,
  published: Readonly<Record<string, unknown>>,
): Drift {
  return new Comparison(new DocumentReader(known), new DocumentReader(published)).run();
}

class Comparison {
  readonly #known: DocumentReader;
  readonly #published: DocumentReader;
  readonly #findings = new Map<string, Finding>();
  readonly #compared = new Map<unknown, Set<unknown>>();

  constructor(known: DocumentReader, published: DocumentReader) {
    this.#known = known;
    this.#published = published;
  }

  run(): Drift {
    const published = this.#published.getOperations();
    const known = [...this.#known.getOperations()];
    const coversClient = known.some(([key, { surface }]) => surface === 'client' && published.has(key));
    const notCovered: string[] = [];
    for (const [key, ours] of known) {
      const theirs = published.get(key);
      if (theirs !== undefined) this.#compareOperation(ours.label, ours, theirs);
      else if (ours.surface === 'client' && !coversClient) notCovered.push(ours.label);
      else this.#add('breaking', 'gone', ours.label, 'the operation is gone: every call fails.');
    }
    const findings = [...this.#findings.values()].sort(
      (one, other) =>
        one.level.localeCompare(other.level) ||
        one.subject.localeCompare(other.subject) ||
        one.text.localeCompare(other.text),
    );
    return { findings, notCovered };
  }

  #add(level: Finding['level'], change: Finding['change'], subject: string, text: string): void {
    this.#findings.set(`${subject} ${text}`, { level, change, subject: toSafe(subject), text });
  }

  #compareOperation(key: string, ours: Operation, theirs: Operation): void {
    if (theirs.isDeprecated && !ours.isDeprecated) {
      this.#add('news', 'changed', key, 'the operation is deprecated. It still works.');
    }
    this.#compareCredentials(key, ours.credentials, theirs.credentials);
    this.#compareParameters(key, ours, theirs);
    this.#compareContent(`${key} body`, ours.body, theirs.body, 'sent');
    this.#compareContent(`${key} response`, ours.responses.success, theirs.responses.success, 'received');
    this.#compareContent(`${key} 422`, ours.responses.failure, theirs.responses.failure, 'received');
  }

  #compareCredentials(key: string, ours: readonly string[], theirs: readonly string[]): void {
    if (theirs.length === 0 && ours.length > 0) {
      this.#add('news', 'changed', key, 'Galileo no longer requires a credential. The gateway still does.');
      return;
    }
    const gone = ours.filter((scheme) => !theirs.includes(scheme));
    const added = theirs.filter((scheme) => !ours.includes(scheme));
    if (gone.length > 0) this.#add('breaking', 'gone', key, `Galileo no longer accepts ${quoteAll(gone)}.`);
    if (added.length > 0) {
      this.#add(
        'news',
        'new',
        key,
        `Galileo also accepts ${quoteAll(added)}. The gateway does not forward it.`,
      );
    }
  }

  /** Path parameters are matched by their order, because their names do not matter. */
  #compareParameters(key: string, ours: Operation, theirs: Operation): void {
    const toPairs = ({ parameters }: Operation) => {
      let index = 0;
      return new Map(
        parameters.map((parameter) => {
          const { location, name } = parameter;
          return [
            location === 'path' ? `path parameter ${++index}` : `${location} parameter ${quote(name)}`,
            parameter,
          ];
        }),
      );
    };
    const known = toPairs(ours);
    const published = toPairs(theirs);
    for (const [label, parameter] of known) {
      const other = published.get(label);
      if (other !== undefined) this.#compare(`${key} ${label}`, parameter.schema, other.schema, 'sent');
      else this.#add('breaking', 'gone', key, `the ${label} is gone: it has no effect or is refused.`);
    }
    for (const [label, { isRequired }] of published) {
      if (known.has(label)) continue;
      if (isRequired) this.#add('breaking', 'new', key, `the ${label} is required: every call fails.`);
      else this.#add('news', 'new', key, `the ${label} can be sent. The gateway does not send it.`);
    }
  }

  #compareContent(subject: string, ours: unknown, theirs: unknown, direction: Direction): void {
    if (ours === undefined) return;
    if (theirs !== undefined) this.#compare(subject, ours, theirs, direction);
    else this.#add('breaking', 'gone', subject, 'the document no longer describes a JSON value here.');
  }

  #compare(subject: string, ourSchema: unknown, theirSchema: unknown, direction: Direction): void {
    const ours = this.#known.read(ourSchema);
    const theirs = this.#published.read(theirSchema);
    if (ours.kinds.has('any')) return;
    this.#compareKinds(subject, ours, theirs, direction);
    this.#compareValues(ours.name ?? subject, ours, theirs, direction);
    this.#compareFormat(subject, ours, theirs, direction);
    if (toCanonical(ours.default) !== toCanonical(theirs.default)) {
      const text = `the default is ${show(theirs.default)}, no longer ${show(ours.default)}.`;
      this.#add('news', 'changed', subject, text);
    }
    if (theirs.isDeprecated && !ours.isDeprecated) {
      this.#add('news', 'changed', subject, 'is deprecated. It still works.');
    }
    // A named schema is compared once, wherever it is used, and its properties are reported under its name.
    const key = ours.name ?? ourSchema;
    const seen = this.#compared.get(key) ?? new Set();
    if (seen.has(`${direction} ${theirs.name}`)) return;
    this.#compared.set(key, seen.add(`${direction} ${theirs.name}`));
    const owner = ours.name ?? subject;
    this.#compareProperties(owner, ours, theirs, direction);
    this.#compareMembers(owner, ours, theirs, direction);
    if (ours.items !== undefined) this.#compare(`${owner}[]`, ours.items, theirs.items, direction);
    if (ours.additional !== undefined && theirs.kinds.has('object')) {
      for (const value of theirs.additional === undefined
        ? theirs.properties.values()
        : [theirs.additional]) {
        this.#compare(`${owner}{}`, ours.additional, value, direction);
      }
    }
  }

  #compareKinds(subject: string, ours: Shape, theirs: Shape, direction: Direction): void {
    const [from, to] = direction === 'sent' ? [ours, theirs] : [theirs, ours];
    const accepts = (kind: string) =>
      to.kinds.has('any') || to.kinds.has(kind) || (kind === 'integer' && to.kinds.has('number'));
    if ([...from.kinds].every(accepts)) return;
    const verb = direction === 'sent' ? 'accepts' : 'sends';
    const text = `Galileo ${verb} ${describeKinds(theirs)}, no longer ${describeKinds(ours)}.`;
    this.#add('breaking', 'changed', subject, text);
  }

  #compareValues(subject: string, ours: Shape, theirs: Shape, direction: Direction): void {
    if (ours.values === undefined && theirs.values === undefined) return;
    if (theirs.values === undefined) {
      if (direction === 'received') this.#add('news', 'changed', subject, 'Galileo can send any value now.');
      return;
    }
    if (ours.values === undefined) {
      if (direction === 'sent') {
        const text = `Galileo accepts only ${quoteAll([...theirs.values].map(unquote))} now.`;
        this.#add('breaking', 'changed', subject, text);
      }
      return;
    }
    const { values: known } = ours;
    const { values: published } = theirs;
    const added = [...published].filter((value) => !known.has(value)).map(unquote);
    const gone = [...known].filter((value) => !published.has(value)).map(unquote);
    const verb = direction === 'sent' ? 'accepts' : 'sends';
    const level = direction === 'sent' ? 'breaking' : 'news';
    if (added.length > 0) this.#add('news', 'new', subject, `Galileo also ${verb} ${quoteAll(added)}.`);
    if (gone.length > 0) this.#add(level, 'gone', subject, `Galileo no longer ${verb} ${quoteAll(gone)}.`);
  }

  #compareFormat(subject: string, ours: Shape, theirs: Shape, direction: Direction): void {
    const isFormatKept = direction === 'sent' ? theirs.format === undefined : ours.format === undefined;
    if (ours.format !== theirs.format && !isFormatKept) {
      const text = `the format is ${show(theirs.format)}, no longer ${show(ours.format)}.`;
      this.#add(direction === 'sent' ? 'news' : 'breaking', 'changed', subject, text);
    }
    if (direction === 'received') return;
    for (const [limit, value] of theirs.limits) {
      if (toCanonical(ours.limits.get(limit)) === toCanonical(value)) continue;
      this.#add(
        'news',
        'changed',
        subject,
        `${quote(limit)} is ${show(value)}: Galileo refuses other values.`,
      );
    }
  }

  #compareProperties(owner: string, ours: Shape, theirs: Shape, direction: Direction): void {
    if (ours.properties.size === 0 || ours.members.size > 0) return;
    const known = new Set<string>();
    for (const [name, schema] of ours.properties) {
      const synonym = direction === 'received' ? synonyms[name] : undefined;
      const isRenamed =
        !theirs.properties.has(name) && synonym !== undefined && theirs.properties.has(synonym);
      const publishedName = isRenamed ? synonym : name;
      known.add(publishedName);
      const subject = `${owner}.${name}`;
      if (isRenamed) {
        this.#add(
          'news',
          'changed',
          subject,
          `is called ${quote(synonym)} now. The gateway reads either name.`,
        );
      }
      if (!theirs.properties.has(publishedName)) {
        const isUnused = unused[direction].includes(name);
        const isBreaking = !isUnused && (direction === 'sent' || ours.required.has(name));
        const suffix = isUnused ? ' The gateway does not use it.' : '';
        this.#add(
          isBreaking ? 'breaking' : 'news',
          'gone',
          subject,
          `is no longer part of the schema.${suffix}`,
        );
        continue;
      }
      const published = theirs.properties.get(publishedName);
      this.#comparePresence(subject, direction, {
        isRequired: ours.required.has(name),
        isNullable: this.#known.read(schema).isNullable,
        willBeRequired: theirs.required.has(publishedName),
        willBeNullable: this.#published.read(published).isNullable,
      });
      this.#compare(subject, schema, published, direction);
    }
    for (const name of theirs.properties.keys()) {
      if (known.has(name)) continue;
      if (direction === 'received') this.#add('news', 'new', owner, `has a new property ${quote(name)}.`);
      else if (theirs.required.has(name)) {
        this.#add('breaking', 'new', owner, `requires the new property ${quote(name)}: every write fails.`);
      } else this.#add('news', 'new', owner, `accepts the new property ${quote(name)}.`);
    }
  }

  #comparePresence(
    subject: string,
    direction: Direction,
    is: { isRequired: boolean; isNullable: boolean; willBeRequired: boolean; willBeNullable: boolean },
  ): void {
    if (direction === 'sent') {
      if (is.willBeRequired && !is.isRequired) this.#add('breaking', 'changed', subject, 'is required now.');
      if (is.isNullable && !is.willBeNullable)
        this.#add('breaking', 'changed', subject, 'cannot be null any more.');
    } else if (is.isRequired && !is.isNullable && (!is.willBeRequired || is.willBeNullable)) {
      this.#add('breaking', 'changed', subject, 'can be omitted or null now.');
    }
  }

  #compareMembers(owner: string, ours: Shape, theirs: Shape, direction: Direction): void {
    if (ours.members.size === 0) return;
    if (theirs.members.size === 0) {
      this.#add('breaking', 'gone', owner, 'the document no longer says which provider has which schema.');
      return;
    }
    if (
      theirs.discriminator !== ours.discriminator &&
      !['name', 'provider'].includes(theirs.discriminator ?? '')
    ) {
      const text = `the discriminator is ${show(theirs.discriminator)}, which the gateway does not read.`;
      this.#add('breaking', 'changed', owner, text);
    }
    for (const [value, schema] of ours.members) {
      const published = theirs.members.get(value);
      if (published === undefined) {
        this.#add('breaking', 'gone', owner, `the provider ${quote(value)} is gone.`);
      } else this.#compare(`${owner} ${value}`, schema, published, direction);
    }
    const added = [...theirs.members.keys()].filter((value) => !ours.members.has(value));
    if (added.length > 0) {
      this.#add('news', 'new', owner, `has new providers: ${quoteAll(added)}. They cannot be asked for yet.`);
    }
  }
}

/** A line of a terminal. */
const maxNameLength = 80;
/** The rest is counted. */
const maxNames = 20;

/** Replaces characters that a terminal interprets. */
const toSafe = (text: string): string => text.toWellFormed().replace(/[\p{C}\p{Zl}\p{Zp}`]/gu, '?');

const quote = (name: string): string => `\`${toSafe(name.slice(0, maxNameLength))}\``;

function quoteAll(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map(quote).join(', ');
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : quote(JSON.stringify(value)));

function unquote(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' ? value : json;
}

const describeKinds = ({ kinds }: Shape): string => [...kinds].sort().join(' or ') || 'null';

/** Equal for equal JSON values, whatever the order of their keys. */
const toCanonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  ) ?? '';
