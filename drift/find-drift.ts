import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../src/json.ts';
import { OpenApiReader, type Operation, type Shape } from './openapi-reader.ts';

/** A difference between two OpenAPI documents, with its effect on the gateway. */
interface Finding {
  /** `breaking`: something that works today fails or is lost. */
  readonly level: 'compatible' | 'breaking';
  readonly change: 'new' | 'removed' | 'changed';
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

type Names = ReadonlySet<string>;

const verbs = { sent: 'accepts', received: 'sends' };

const limitKeyword =
  /^(minimum|maximum|exclusiveMinimum|exclusiveMaximum|(min|max)(Length|Items|Properties)|pattern|multipleOf|uniqueItems)$/;

/** The gateway reads either name. */
const synonyms: Readonly<Record<string, string>> = { base_url: 'endpoint' };
/** Properties that the gateway does not use. */
const unused: Readonly<Record<Direction, readonly string[]>> = {
  sent: ['is_legacy_format'],
  received: ['api_key_value', 'headers', 'provider'],
};

/**
 * Compares a published OpenAPI document with the one that this version was built on, in the operations that the gateway
 * calls. Ignores other operations, descriptions, order, the names of schemas, stricter responses and more lenient
 * requests.
 */
export function findDrift(known: JsonObject, published: JsonObject): Drift {
  return new Comparison(new OpenApiReader(known), new OpenApiReader(published)).run();
}

class Comparison {
  readonly #known: OpenApiReader;
  readonly #published: OpenApiReader;
  readonly #findings = new Map<string, Finding>();
  readonly #compared = new Set<string>();

  constructor(known: OpenApiReader, published: OpenApiReader) {
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
      else this.#add('breaking', 'removed', ours.label, 'every call to this operation fails.');
    }
    const findings = [...this.#findings].sort(([one], [other]) => one.localeCompare(other));
    return { findings: findings.map(([, finding]) => finding), notCovered };
  }

  #add(level: Finding['level'], change: Finding['change'], subject: string, text: string): void {
    this.#findings.set(`${level} ${subject} ${text}`, { level, change, subject: toSafe(subject), text });
  }

  #compareOperation(key: string, ours: Operation, theirs: Operation): void {
    if (theirs.isDeprecated && !ours.isDeprecated)
      this.#add('compatible', 'changed', key, 'the operation is deprecated. It still works.');
    if (theirs.credentials.size > 0) {
      const note = ' The gateway does not forward it.';
      this.#compareSets(key, ours.credentials, theirs.credentials, 'sent', note);
    } else if (ours.credentials.size > 0) {
      this.#add(
        'compatible',
        'changed',
        key,
        'Galileo no longer requires a credential. The gateway still does.',
      );
    }
    this.#compareParameters(key, ours, theirs);
    for (const part of ['body', 'response', '422'] as const) {
      const subject = `${key} ${part}`;
      const known = ours.content[part];
      const published = theirs.content[part];
      if (known !== undefined && published === undefined) {
        this.#add('breaking', 'removed', subject, 'the document no longer describes a JSON value here.');
      } else this.#compare(subject, known, published, part === 'body' ? 'sent' : 'received');
    }
  }

  #compareParameters(key: string, ours: Operation, theirs: Operation): void {
    const byLabel = ({ parameters }: Operation) =>
      new Map(parameters.map((each) => [`${each.location} parameter ${quote(each.name)}`, each]));
    const known = byLabel(ours);
    const published = byLabel(theirs);
    for (const [label, parameter] of known) {
      const other = published.get(label);
      if (other !== undefined) this.#compare(`${key} ${label}`, parameter.schema, other.schema, 'sent');
      else
        this.#add('breaking', 'removed', key, `the ${label} was removed: it has no effect or is rejected.`);
    }
    for (const [label, { isRequired }] of published) {
      if (known.has(label)) continue;
      if (isRequired) this.#add('breaking', 'new', key, `the ${label} is required: every call fails.`);
      else this.#add('compatible', 'new', key, `the ${label} can be sent. The gateway does not send it.`);
    }
  }

  #compare(subject: string, ourSchema: unknown, theirSchema: unknown, direction: Direction): void {
    const ours = this.#known.read(ourSchema);
    const theirs = this.#published.read(theirSchema);
    if (ours.kinds.has('any')) return;
    const owner = ours.name ?? subject;
    this.#compareKinds(subject, ours, theirs, direction);
    this.#compareValues(owner, ours, theirs, direction);
    this.#compareKeywords(subject, ours.keywords, theirs.keywords, direction);
    // A named schema is compared only once. Its properties are reported under its name.
    const pair = `${direction} ${owner} ${theirs.name}`;
    if (this.#compared.has(pair)) return;
    this.#compared.add(pair);
    this.#compareProperties(owner, ours, theirs, direction);
    this.#compareMembers(owner, ours, theirs, direction);
    const { items, additionalProperties } = ours.keywords;
    if (items !== undefined) this.#compare(`${owner}[]`, items, theirs.keywords['items'], direction);
    if (isJsonObject(additionalProperties) && theirs.kinds.has('object')) {
      const other = theirs.keywords['additionalProperties'];
      const values = isJsonObject(other) ? [other] : theirs.properties.values();
      for (const value of values) this.#compare(`${owner}{}`, additionalProperties, value, direction);
    }
  }

  #compareKinds(subject: string, ours: Shape, theirs: Shape, direction: Direction): void {
    const [from, to] = direction === 'sent' ? [ours, theirs] : [theirs, ours];
    const accepts = (kind: string) =>
      to.kinds.has('any') || to.kinds.has(kind) || (kind === 'integer' && to.kinds.has('number'));
    if (![...from.kinds].every(accepts)) {
      const text = `Galileo ${verbs[direction]} ${describeKinds(theirs)} instead of ${describeKinds(ours)}.`;
      this.#add('breaking', 'changed', subject, text);
    }
    if (direction === 'sent' && ours.isNullable && !theirs.isNullable)
      this.#add('breaking', 'changed', subject, 'can no longer be null.');
  }

  #compareValues(subject: string, ours: Shape, theirs: Shape, direction: Direction): void {
    const [known, published] = [ours.values, theirs.values];
    if (known !== undefined && published !== undefined)
      this.#compareSets(subject, known, published, direction);
    else if (published !== undefined && direction === 'sent')
      this.#add('breaking', 'changed', subject, `Galileo now accepts only ${quoteAll([...published])}.`);
    else if (known !== undefined && direction === 'received')
      this.#add('compatible', 'changed', subject, 'Galileo can now send any value.');
  }

  #compareSets(subject: string, known: Names, published: Names, direction: Direction, note = ''): void {
    const added = [...published].filter((value) => !known.has(value));
    const removed = [...known].filter((value) => !published.has(value));
    const verb = verbs[direction];
    const level = direction === 'sent' ? 'breaking' : 'compatible';
    if (added.length > 0)
      this.#add('compatible', 'new', subject, `Galileo also ${verb} ${quoteAll(added)}.${note}`);
    if (removed.length > 0)
      this.#add(level, 'removed', subject, `Galileo no longer ${verb} ${quoteAll(removed)}.`);
  }

  #compareKeywords(subject: string, ours: JsonObject, theirs: JsonObject, direction: Direction): void {
    const { format, default: byDefault, deprecated } = theirs;
    if (!isDeepStrictEqual(ours['default'], byDefault)) {
      const text = `the default is ${show(byDefault)} instead of ${show(ours['default'])}.`;
      this.#add('compatible', 'changed', subject, text);
    }
    if (deprecated === true && ours['deprecated'] !== true)
      this.#add('compatible', 'changed', subject, 'is deprecated. It still works.');
    const expected = direction === 'sent' ? format : ours['format'];
    if (expected !== undefined && format !== ours['format']) {
      const text = `the format is ${show(format)} instead of ${show(ours['format'])}.`;
      this.#add(direction === 'sent' ? 'compatible' : 'breaking', 'changed', subject, text);
    }
    if (direction === 'received') return;
    for (const [limit, value] of Object.entries(theirs)) {
      if (!limitKeyword.test(limit) || isDeepStrictEqual(ours[limit], value)) continue;
      const text = `${quote(limit)} is ${show(value)}: Galileo rejects values that violate it.`;
      this.#add('compatible', 'changed', subject, text);
    }
  }

  #compareProperties(owner: string, ours: Shape, theirs: Shape, direction: Direction): void {
    if (ours.properties.size === 0 || ours.members.size > 0) return;
    const added = new Set(theirs.properties.keys());
    for (const [name, schema] of ours.properties) {
      const subject = `${owner}.${name}`;
      const synonym = direction === 'received' && !theirs.properties.has(name) ? synonyms[name] : undefined;
      const isRenamed = synonym !== undefined && theirs.properties.has(synonym);
      const publishedName = isRenamed ? synonym : name;
      if (isRenamed) {
        const text = `is now called ${quote(synonym)}. The gateway reads either name.`;
        this.#add('compatible', 'changed', subject, text);
      }
      if (added.delete(publishedName)) {
        const published = theirs.properties.get(publishedName);
        const wasRequired = ours.required.has(name);
        const isRequired = theirs.required.has(publishedName);
        const wasPresent = wasRequired && !this.#known.read(schema).isNullable;
        const isPresent = isRequired && !this.#published.read(published).isNullable;
        if (direction === 'sent' && isRequired && !wasRequired)
          this.#add('breaking', 'changed', subject, 'is now required.');
        if (direction === 'received' && wasPresent && !isPresent)
          this.#add('breaking', 'changed', subject, 'can now be omitted or null.');
        this.#compare(subject, schema, published, direction);
      } else if (unused[direction].includes(name)) {
        this.#add(
          'compatible',
          'removed',
          subject,
          'is no longer part of the schema. The gateway does not use it.',
        );
      } else {
        const isBreaking = direction === 'sent' || ours.required.has(name);
        this.#add(
          isBreaking ? 'breaking' : 'compatible',
          'removed',
          subject,
          'is no longer part of the schema.',
        );
      }
    }
    for (const name of added) {
      if (direction === 'received')
        this.#add('compatible', 'new', owner, `has a new property ${quote(name)}.`);
      else if (theirs.required.has(name)) {
        this.#add('breaking', 'new', owner, `requires the new property ${quote(name)}: every write fails.`);
      } else this.#add('compatible', 'new', owner, `accepts the new property ${quote(name)}.`);
    }
  }

  #compareMembers(owner: string, ours: Shape, theirs: Shape, direction: Direction): void {
    if (ours.members.size === 0) return;
    if (theirs.members.size === 0) {
      this.#add('breaking', 'removed', owner, 'the document no longer says which provider has which schema.');
      return;
    }
    if (![ours.discriminator, 'name', 'provider'].includes(theirs.discriminator)) {
      const text = `the discriminator is ${show(theirs.discriminator)}, which the gateway does not read.`;
      this.#add('breaking', 'changed', owner, text);
    }
    for (const [value, schema] of ours.members) {
      const published = theirs.members.get(value);
      if (published === undefined) {
        this.#add('breaking', 'removed', owner, `the provider ${quote(value)} was removed.`);
      } else this.#compare(`${owner} ${value}`, schema, published, direction);
    }
    const added = [...theirs.members.keys()].filter((value) => !ours.members.has(value));
    if (added.length > 0)
      this.#add(
        'compatible',
        'new',
        owner,
        `has new providers: ${quoteAll(added)}. They cannot be queried yet.`,
      );
  }
}

/** In characters: the width of a terminal. */
const maxNameLength = 80;
/** Of a longer list, the rest is only counted. */
const maxNames = 20;

/** Replaces characters that a terminal interprets. */
const toSafe = (text: string): string => text.toWellFormed().replace(/[\p{C}\p{Zl}\p{Zp}`]/gu, '?');
const quote = (name: string): string => `\`${toSafe(name.slice(0, maxNameLength))}\``;

function quoteAll(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map(quote).join(', ');
  return names.length > maxNames ? `${shown} and ${names.length - maxNames} more` : shown;
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : quote(JSON.stringify(value)));
const describeKinds = ({ kinds }: Shape): string => [...kinds].sort().join(' or ') || 'null';
