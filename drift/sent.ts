import { type GraphQLInputObjectType, getNamedType, isInputObjectType, isNonNullType } from 'graphql';
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

const refused = 'it is refused (IntegrationValidationFailure)';

/** The body that the gateway sends, held against what upstream takes. */
export function compareInput(
  comparison: Comparison,
  type: GraphQLInputObjectType,
  ours: unknown,
  theirs: unknown,
): void {
  const shape = comparison.published.read(theirs);
  if (theirs === undefined) {
    comparison.findings.breaking(
      'gone',
      type.name,
      'Galileo takes no JSON body any more: every upsert fails.',
    );
  } else {
    compareValue(comparison, type.name, type, comparison.known.read(ours), shape);
  }
}

/** An enum of which a value can only be sent where this version knows it. */
export function compareSentWords(
  { known, published, findings }: Comparison,
  subject: string,
  ours: unknown,
  theirs: unknown,
): void {
  const shape = published.read(theirs);
  if (findMisfits(known.read(ours), shape).length > 0) {
    const text = `Galileo takes ${describeKinds(shape.kinds)}, no longer text: every call fails.`;
    findings.breaking('changed', subject, text);
  }
  compareWords({ findings }, subject, known.read(ours), shape);
}

function compareWords(
  { findings }: Pick<Comparison, 'findings'>,
  subject: string,
  ours: Shape,
  theirs: Shape,
): void {
  if (theirs.words === undefined) return;
  if (ours.words === undefined) {
    findings.breaking(
      'changed',
      subject,
      `only taken now: ${quoteAll(theirs.words)}; anything else is refused (IntegrationValidationFailure).`,
    );
    return;
  }
  const gone = ours.words.filter((word) => theirs.words?.includes(word) !== true);
  const added = theirs.words.filter((word) => ours.words?.includes(word) !== true);
  if (gone.length > 0)
    findings.breaking('gone', subject, `no longer taken: ${quoteAll(gone)}; who sends it, fails.`);
  if (added.length > 0)
    findings.news('new', subject, `also taken: ${quoteAll(added)}; it cannot be sent yet.`);
}

function compareObject(
  comparison: Comparison,
  type: GraphQLInputObjectType,
  ours: ObjectShape,
  theirs: ObjectShape,
): void {
  const { known, published, findings } = comparison;
  for (const [property, schema] of ours.properties) {
    const name = toFieldName(type.name, property);
    const field = name === null ? undefined : type.getFields()[name];
    const subject = field === undefined ? type.name : `${type.name}.${field.name}`;
    const isRequiredNow = theirs.required.has(property) && !ours.required.has(property);
    if (!theirs.properties.has(property)) {
      if (field === undefined)
        findings.news('gone', subject, `${quote(property)} is gone: ignored, it is never sent.`);
      else
        findings.breaking(
          'gone',
          subject,
          `${quote(property)} is gone: what is sent in it is lost or refused.`,
        );
      continue;
    }
    const shape = published.read(theirs.properties.get(property));
    if (field === undefined) {
      if (isRequiredNow) refuseAll(property, subject);
      continue;
    }
    if (isRequiredNow && !isNonNullType(field.type)) {
      findings.breaking(
        'changed',
        subject,
        `${quote(property)} is required now: where it is omitted, ${refused}.`,
      );
    }
    const ourShape = known.read(schema);
    if (!isNonNullType(field.type) && ourShape.isNullable && !shape.isNullable && !shape.kinds.has('any')) {
      findings.breaking('changed', subject, `${quote(property)} cannot be null any more: ${refused}.`);
    }
    if (!isSame(ourShape.default, shape.default)) {
      const text = `where it is omitted, Galileo takes ${show(shape.default)}, no longer ${show(ourShape.default)}.`;
      findings.news('changed', subject, text);
    }
    if (shape.isDeprecated && !ourShape.isDeprecated) {
      findings.news('changed', subject, `${quote(property)} is deprecated now; it still works.`);
    }
    compareValue(comparison, subject, getNamedType(field.type), ourShape, shape);
  }
  for (const property of theirs.properties.keys()) {
    if (ours.properties.has(property)) continue;
    if (theirs.required.has(property)) refuseAll(property, type.name);
    else findings.news('new', type.name, `${quote(property)} can be sent: ignored, it has no field yet.`);
  }

  function refuseAll(property: string, subject: string): void {
    const text = `${quote(property)} is required, and has no field: every upsert with ${type.name} is refused.`;
    findings.breaking('new', subject, text);
  }
}

function compareValue(
  comparison: Comparison,
  subject: string,
  type: unknown,
  ours: Shape,
  theirs: Shape,
): void {
  const { known, published, findings } = comparison;
  const misfits = findMisfits(ours, theirs);
  if (misfits.length > 0) {
    const text = `Galileo takes ${describeKinds(theirs.kinds)}, no longer ${describeKinds(misfits)}: ${refused}.`;
    findings.breaking('changed', subject, text);
    return;
  }
  compareWords(comparison, subject, ours, theirs);
  for (const [keyword, limit] of theirs.limits) {
    if (isSame(limit, ours.limits.get(keyword))) continue;
    const text = `${quote(keyword)} is ${show(limit)} now: what breaks it is refused (IntegrationValidationFailure).`;
    findings.news('changed', subject, text);
  }
  if (ours.items !== undefined && theirs.items !== undefined) {
    compareValue(comparison, subject, type, known.read(ours.items), published.read(theirs.items));
  }
  const [ourObject] = ours.objects;
  const [theirObject] = theirs.objects;
  if (ourObject === undefined || theirObject === undefined) return;
  if (isInputObjectType(type) && ourObject.properties.size > 0) {
    compareObject(comparison, type, ourObject, theirObject);
  } else {
    const [values, theirValues] = [known.read(ourObject.values), published.read(theirObject.values)];
    compareValue(comparison, subject, undefined, values, theirValues);
  }
}
