import { type GraphQLSchema, isInputObjectType, isObjectType } from 'graphql';
import { compareAnswered, compareProviders, compareRecord } from './answered.ts';
import { DocumentReader, type Operation } from './document-reader.ts';
import { type Comparison, type Finding, Findings, quote, quoteAll } from './findings.ts';
import { compareInput, compareSentWords } from './sent.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * What a published OpenAPI document says otherwise than the one that this version was built on, as far as the gateway
 * calls it: breaking findings first. Other operations, prose, order and names of schemas count for nothing; neither does
 * a tighter promise about what is answered, or a looser demand on what is sent.
 *
 * @param known the document of this version
 * @param published one that `isOpenApiDocument` is true of
 */
export function findDrift(known: Json, published: Json, schema: GraphQLSchema): readonly Finding[] {
  const comparison: Comparison = {
    known: new DocumentReader(known),
    published: new DocumentReader(published),
    schema,
    findings: new Findings(),
  };
  compareOperation(comparison, 'get', '/v2/integrations/{name}', 'Query.integration', (ours, theirs) => {
    compareSentWords(comparison, 'IntegrationName', getPathSchema(ours), getPathSchema(theirs));
    compareProviders(comparison, ours.answer, theirs.answer);
  });
  const mutation = 'Mutation.upsertCustomIntegration';
  compareOperation(comparison, 'put', '/v2/integrations/custom', mutation, (ours, theirs) => {
    compareInput(
      comparison,
      getType('UpsertCustomIntegrationInput', isInputObjectType),
      ours.body,
      theirs.body,
    );
    compareRecord(comparison, getType('IntegrationRecord', isObjectType), ours.answer, theirs.answer);
    const failure = getType('IntegrationValidationFailure', isObjectType);
    compareAnswered(comparison, failure, ours.refusal, theirs.refusal);
  });
  return comparison.findings.getAll();

  function getType<T>(name: string, isExpected: (type: unknown) => type is T): T {
    const type = schema.getType(name);
    if (!isExpected(type)) throw new Error(`The schema has no ${name}.`);
    return type;
  }
}

function compareOperation(
  { known, published, findings }: Comparison,
  method: string,
  path: string,
  subject: string,
  compare: (ours: Operation, theirs: Operation) => void,
): void {
  const ours = known.getOperation(method, path);
  const theirs = published.getOperation(method, path);
  const call = `${method.toUpperCase()} ${path}`;
  if (ours === undefined) throw new Error(`The OpenAPI document has no ${call}.`);
  if (theirs === undefined) {
    findings.breaking('gone', subject, `${quote(call)} is gone: every call fails.`);
    return;
  }
  if (theirs.isDeprecated && !ours.isDeprecated) {
    findings.news('changed', subject, `${quote(call)} is deprecated now; it still works.`);
  }
  compareCredentials(findings, subject, ours, theirs);
  const names = new Set(ours.parameters.map(({ name }) => name.toLowerCase()));
  for (const { name, location, isRequired } of theirs.parameters) {
    if (location === 'path' || names.has(name.toLowerCase())) continue;
    const what = `the ${location} parameter ${quote(name)}`;
    if (isRequired)
      findings.breaking('new', subject, `${what} is required, and is not sent: every call fails.`);
    else findings.news('new', subject, `${what} can be sent: ignored, it never is.`);
  }
  compare(ours, theirs);
}

function compareCredentials(findings: Findings, subject: string, ours: Operation, theirs: Operation): void {
  if (theirs.credentials === undefined) {
    if (ours.credentials !== undefined) {
      findings.news('changed', subject, 'Galileo asks for no credential now; the gateway still does.');
    }
    return;
  }
  const known = new Set(ours.credentials?.map(toComparable));
  const published = new Set(theirs.credentials.map(toComparable));
  const gone = ours.credentials?.filter((scheme) => !published.has(toComparable(scheme))) ?? [];
  const added = theirs.credentials.filter((scheme) => !known.has(toComparable(scheme)));
  if (gone.length > 0) {
    const text = `no longer accepted: ${quoteAll(gone)}; who sends nothing else gets UNAUTHENTICATED.`;
    findings.breaking('gone', subject, text);
  }
  if (added.length > 0) {
    findings.news('new', subject, `also accepted: ${quoteAll(added)}; ignored, it is not forwarded.`);
  }
}

const toComparable = (scheme: string): string => scheme.toLowerCase();

const getPathSchema = ({ parameters }: Operation): unknown =>
  parameters.find(({ location }) => location === 'path')?.schema;
