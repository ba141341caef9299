import { type Config, ConfigError } from './config.ts';
import { checkTrustedDocuments } from './execution/index.ts';
import { createSchema } from './schema/index.ts';

/**
 * Checks the trusted documents against the schema. Throws ConfigError if one cannot be executed. Returns warnings.
 *
 * @param name how the messages name the setting
 */
export function checkDocuments(
  { trustedDocuments }: Pick<Config, 'trustedDocuments'>,
  name = 'TRUSTED_DOCUMENTS',
): readonly string[] {
  if (trustedDocuments === undefined) return [];
  const { problems, warnings } = checkTrustedDocuments(trustedDocuments.documents, createSchema());
  const addName = (line: string) => `${name}: ${line}`;
  if (problems.length > 0) throw new ConfigError(problems.map(addName));
  return warnings.map(addName);
}
