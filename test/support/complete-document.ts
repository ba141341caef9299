import { parse, print } from 'graphql';
import { IntegrationDocument } from '../../client/generated/graphql.ts';

/** Reads one provider with all of its fields. The kit's own document leaves out deprecated fields of models. */
export const completeIntegrationDocument: typeof IntegrationDocument = parse(
  print(IntegrationDocument).replace(/\bcostBy\b/, 'costBy outputPrice inputPrice'),
);
