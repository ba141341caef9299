import {
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { ObjectShape, Shape } from './document-reader.ts';
import {
  type Comparison,
  describeKinds,
  findMisfits,
  isSame,
  quote,
  quoteAll,
  show,
  toFieldName,
} from './findings.ts';

type Field = GraphQLField<unknown, unknown>;

/** Properties that are read where the one of this version is left out. */
const alternatives: Readonly<Record<string, string>> = { 'CustomIntegration.base_url': 'endpoint' };

/** Types whose fields have something to say whatever upstream sends. */
const tolerant = new Set(['IntegrationValidationFailure', 'IntegrationValidationIssue']);

/** The answer of a read: one of the providers, told apart by a discriminator. */
export function compareProviders(comparison: Comparison, ours: unknown, theirs: unknown): void {
  const { known, published, findings, schema } = comparison;
  const knownMembers = known.readMembers(ours).members;
  const { property, members } = published.readMembers(theirs);
  if (members.size === 0) {
    const text = 'Galileo no longer says what it answers for which provider: reads may fail.';
    findings.breaking('gone', 'Integration', text);
    return;
  }
  for (const [word, ourObject] of knownMembers) {
    const theirObject = members.get(word);
    if (theirObject === undefined) {
      const text = `the provider ${quote(word)} is gone: whoever asks for it gets an error or null.`;
      findings.breaking('gone', 'IntegrationName', text);
      continue;
    }
    compareDiscriminator(comparison, word, property, theirObject);
    const type = schema.getType(known.getMemberName(ours, word));
    if (!isObjectType(type)) throw new Error(`The schema has no type of ${word}.`);
    compareObject(comparison, type, ourObject, theirObject, new Set(['name', 'provider']));
  }
  const added = [...members.keys()].filter((word) => !knownMembers.has(word));
  if (added.length > 0) {
    const text = `a provider without a type: ${quoteAll(added)}; ignored, it cannot be asked for yet.`;
    findings.news('new', 'Integration', text);
  }
}

/** A read goes by `provider`, else by `name`, else by what was asked for. */
function compareDiscriminator(
  { published, findings }: Comparison,
  word: string,
  discriminator: string,
  { properties }: ObjectShape,
): void {
  const subject = 'Integration.name';
  const property = ['provider', 'name'].find((name) => properties.has(name));
  if (property === 'provider') {
    const text =
      '`provider` tells the providers apart now: handled, `name` is a free label where it is there.';
    findings.news('new', subject, text);
  } else if (discriminator !== 'name') {
    const text = `${quote(discriminator)} tells the providers apart now: ignored, the gateway goes by \`name\`.`;
    findings.news('changed', subject, text);
  }
  if (property === undefined || property === discriminator) return;
  if (published.read(properties.get(property)).words?.includes(word) !== true) {
    const text = `\`${property}\` need not be ${quote(word)} in an answer of that provider: reading it fails with UPSTREAM_INVALID_RESPONSE.`;
    findings.breaking('changed', subject, text);
  }
}

/** The answer of a write. */
export function compareRecord(
  comparison: Comparison,
  type: GraphQLObjectType,
  ours: unknown,
  theirs: unknown,
): void {
  const { known, published, findings } = comparison;
  compareAnswered(comparison, type, ours, theirs, new Set(['name', 'provider']));
  const properties = published.read(theirs).objects[0]?.properties;
  if (properties === undefined) return;
  const subject = `${type.name}.name`;
  if (properties.has('provider')) {
    findings.news('new', subject, '`provider` stands beside `name` now: handled, it is what counts.');
    return;
  }
  const name = properties.get('name');
  const ourWords = known.read(known.read(ours).objects[0]?.properties.get('name')).words ?? [];
  const words = name === undefined ? [] : published.read(name).words;
  if (words === undefined || !words.includes('custom') || words.some((word) => !ourWords.includes(word))) {
    const text = 'Galileo may name no provider, or one that the schema does not know: it is CUSTOM then.';
    findings.news('changed', subject, text);
  }
}

/**
 * An answer that is one object, held against the type that shows it.
 *
 * @param handled properties that the caller looks at
 */
export function compareAnswered(
  comparison: Comparison,
  type: GraphQLObjectType,
  ours: unknown,
  theirs: unknown,
  handled: ReadonlySet<string> = new Set(),
): void {
  const { known, published, findings } = comparison;
  const [ourObject] = known.read(ours).objects;
  if (ourObject === undefined) throw new Error(`The OpenAPI document has no object for ${type.name}.`);
  const shape = published.read(theirs);
  if (shape.objects.length === 0) {
    const text = `Galileo answers ${theirs === undefined ? 'no JSON that it describes' : describeKinds(shape.kinds)}, no longer an object`;
    if (tolerant.has(type.name))
      findings.news('changed', type.name, `${text}: only a general message is left.`);
    else findings.breaking('changed', type.name, `${text}: every one of them fails.`);
  }
  for (const theirObject of shape.objects) compareObject(comparison, type, ourObject, theirObject, handled);
}

function compareObject(
  comparison: Comparison,
  type: GraphQLObjectType,
  ours: ObjectShape,
  theirs: ObjectShape,
  handled: ReadonlySet<string> = new Set(),
): void {
  const { known, published, findings } = comparison;
  const read = new Set([...handled, ...ours.properties.keys()]);
  const added = [...theirs.properties.keys()].filter((property) => !read.has(property));
  const gone = [...ours.properties.keys()].filter(
    (property) => !handled.has(property) && !theirs.properties.has(property),
  );
  for (const [property, schema] of ours.properties) {
    if (handled.has(property)) continue;
    const ourShape = known.read(schema);
    const isRequired = ours.required.has(property);
    const place = getPlace(type, property, ourShape);
    const alternative = alternatives[`${type.name}.${property}`] ?? '';
    if (theirs.properties.has(property)) {
      compareProperty(property, place, ourShape, isRequired, property);
    } else if (theirs.properties.has(alternative)) {
      const text = `${quote(property)} is called ${quote(alternative)} now: handled, either is read.`;
      findings.news('changed', place.subject, text);
      added.splice(added.indexOf(alternative), 1);
      compareProperty(property, place, ourShape, isRequired, alternative);
    } else if (place.field === undefined) {
      findings.news('gone', place.subject, `${quote(property)} is gone: ignored, no field shows it.`);
    } else {
      const hint = gone.length === 1 ? getRenameHint(ourShape) : '';
      const text = `${quote(property)} is gone${hint}: ${place.absent}.`;
      // What was promised and is gone is missed, even where the schema has a null for it.
      if (isRequired || place.isFatalAbsent) findings.breaking('gone', place.subject, text);
      else findings.news('gone', place.subject, text);
    }
  }
  if (added.length > 0) {
    findings.news('new', type.name, `also answered: ${quoteAll(added)}; ignored, no field shows it yet.`);
  }

  function getRenameHint(shape: Shape): string {
    const alike = added.filter((property) =>
      isSame([...published.read(theirs.properties.get(property)).kinds], [...shape.kinds]),
    );
    return alike.length === 1 && alike[0] !== undefined ? `, perhaps called ${quote(alike[0])} now` : '';
  }

  function compareProperty(
    property: string,
    place: Place,
    ourShape: Shape,
    isRequired: boolean,
    theirProperty: string,
  ): void {
    if (place.field === undefined) return;
    const theirShape = published.read(theirs.properties.get(theirProperty));
    // A list of required names is easily forgotten when a property is renamed.
    const isPromised = theirs.required.has(theirProperty) || theirs.required.has(property);
    const isLeftOutNow = isRequired && !isPromised;
    if (isLeftOutNow || (theirShape.isNullable && !ourShape.isNullable && !theirShape.kinds.has('any'))) {
      const text = `${quote(property)} can be left out or null now: ${place.absent} then.`;
      if (place.isFatalAbsent) findings.breaking('changed', place.subject, text);
      else findings.news('changed', place.subject, text);
    }
    if (!isSame(ourShape.default, theirShape.default)) {
      const text = `the default of ${quote(property)} is ${show(theirShape.default)} now: where Galileo leaves it out, ${place.absent}.`;
      findings.news('changed', place.subject, text);
    }
    if (theirShape.isDeprecated && !ourShape.isDeprecated) {
      findings.news('changed', place.subject, `${quote(property)} is deprecated now; it still works.`);
    }
    compareValue(comparison, place.subject, place.field, ourShape, theirShape);
  }
}

/** Where a property is seen, and what is seen there when upstream leaves it out. */
interface Place {
  readonly subject: string;
  readonly field: Field | undefined;
  readonly absent: string;
  readonly isFatalAbsent: boolean;
}

function getPlace(type: GraphQLObjectType, property: string, ours: Shape): Place {
  const name = toFieldName(type.name, property);
  const field = name === null ? undefined : type.getFields()[name];
  if (field === undefined) return { subject: type.name, field, absent: '', isFatalAbsent: false };
  const subject = `${type.name}.${field.name}`;
  const found = { subject, field, isFatalAbsent: false };
  if (tolerant.has(type.name)) return { ...found, absent: 'it has something general to say instead' };
  if (ours.default !== undefined)
    return { ...found, absent: `it is ${show(ours.default)}, the default that this version knows` };
  if (!isNonNullType(field.type)) return { ...found, absent: 'it is null' };
  if (isListType(getNullableType(field.type))) return { ...found, absent: 'it is an empty list' };
  return { ...found, absent: `it fails, and so does the ${type.name}`, isFatalAbsent: true };
}

function compareValue(
  comparison: Comparison,
  subject: string,
  field: Field,
  ours: Shape,
  theirs: Shape,
): void {
  const { known, published, findings } = comparison;
  const type = getNamedType(field.type);
  const misfits = findMisfits(theirs, ours);
  const isOther = misfits.length > 0 && misfits.length === theirs.kinds.size;
  if (misfits.length > 0) {
    const then = isOther ? `no longer ${describeKinds(ours.kinds)}` : `beside ${describeKinds(ours.kinds)}`;
    fail(comparison, subject, field, `Galileo answers ${describeKinds(misfits)}, ${then}`);
  }
  if (theirs.kinds.size === 0 && ours.kinds.size > 0) {
    findings.news('changed', subject, 'Galileo answers nothing but null now.');
  }
  if (isOther) return;
  if (type.name === 'DateTime' && ours.format === 'date-time' && theirs.format !== 'date-time') {
    const format = theirs.format === undefined ? 'any text' : `the format ${quote(theirs.format)}`;
    fail(comparison, subject, field, `Galileo answers ${format}, no longer a date and time`);
  }
  if (isEnumType(type)) compareWords(comparison, subject, field, type, ours, theirs);
  if (ours.items !== undefined && theirs.kinds.has('array')) {
    compareValue(comparison, subject, field, known.read(ours.items), published.read(theirs.items));
  }
  const [ourObject] = ours.objects;
  if (ourObject === undefined) return;
  for (const theirObject of theirs.objects) {
    if (isObjectType(type) && ourObject.properties.size > 0) {
      compareObject(comparison, type, ourObject, theirObject);
    } else if (type.name === 'StringMapEntry') {
      const values = [theirObject.values, ...theirObject.properties.values()];
      for (const schema of theirObject.properties.size > 0 ? values.slice(1) : values) {
        compareValue(comparison, subject, field, known.read(ourObject.values), published.read(schema));
      }
    }
  }
}

function compareWords(
  comparison: Comparison,
  subject: string,
  field: Field,
  type: GraphQLEnumType,
  ours: Shape,
  theirs: Shape,
): void {
  const { findings } = comparison;
  if (ours.words === undefined) return;
  const { words } = theirs;
  const values = new Map(type.getValues().map(({ name, value }) => [String(value), name]));
  const hasFallback = values.has('UNRECOGNIZED');
  if (words === undefined) {
    const text = 'Galileo answers any text, no longer one of a few';
    if (hasFallback)
      findings.news('changed', subject, `${text}: what the schema does not know is UNRECOGNIZED.`);
    else fail(comparison, subject, field, text);
    return;
  }
  const added = words.filter((word) => ours.words?.includes(word) !== true);
  const familiar = added.filter((word) => values.has(word));
  const unknown = added.filter((word) => !values.has(word));
  if (familiar.length > 0) {
    const names = familiar.map((word) => values.get(word)).join(', ');
    findings.news('new', subject, `also answered: ${names}; handled, the schema has it.`);
  }
  if (unknown.length > 0 && hasFallback) {
    findings.news('new', type.name, `also answered: ${quoteAll(unknown)}; shown as UNRECOGNIZED.`);
  } else if (unknown.length > 0)
    fail(comparison, subject, field, `also answered: ${quoteAll(unknown)}`, 'new');
  const gone = ours.words.filter((word) => !words.includes(word));
  if (gone.length > 0) {
    findings.news('gone', subject, `no longer answered: ${quoteAll(gone)}; ignored.`);
  }
}

/** A value that the field cannot show. */
function fail(
  { findings }: Comparison,
  subject: string,
  field: Field,
  what: string,
  change: 'changed' | 'new' = 'changed',
): void {
  const typeName = subject.split('.', 1)[0] ?? subject;
  if (tolerant.has(typeName)) {
    findings.news(change, subject, `${what}: it has something general to say instead.`);
  } else if (isNonNullType(field.type)) {
    findings.breaking(change, subject, `${what}: it fails then, and so does the ${typeName}.`);
  } else findings.news(change, subject, `${what}: it is null with an error then.`);
}
