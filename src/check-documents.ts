import { type Config, ConfigError } from './config.ts';
import { type DocumentSettings, findDocumentProblems } from './execution/index.ts';
import { createSchema } from './schema/index.ts';

/**
 * Checks the trusted documents against the schema. Throws ConfigError if one cannot be executed. Returns warnings.
 *
 * @param name how the messages name the setting
 */
export function checkDocuments(
  config: Pick<Config, 'trustedDocuments' | keyof DocumentSettings>,
  name = 'TRUSTED_DOCUMENTS',
): readonly string[] {
  const documents = config.trustedDocuments?.documents;
  if (documents === undefined) return [];
  const { problems, warnings } = findDocumentProblems(documents, createSchema(), config);
  const addName = (line: string) => `${name}: ${line}`;
  if (problems.length > 0) throw new ConfigError(problems.map(addName));
  return warnings.map(addName);
}
