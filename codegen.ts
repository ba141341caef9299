import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform, preset } from '@graphql-codegen/client-preset';
import { codegenScalars } from './client/codegen.ts';

const types = {
  namingConvention: 'keep',
  enumsAsTypes: true,
  useTypeImports: true,
  scalars: codegenScalars,
};

type Section = Awaited<ReturnType<typeof preset.buildGeneratesSection>>[number];

/** Makes TypeScript reject an object of a response as an input, because inputs have no `__typename`. */
function rejectTypenameInInputs(section: Section): Section {
  const operations = section.pluginMap['typescript-operations'];
  if (operations === undefined) return section;
  const plugin: typeof operations.plugin = async (...args) => {
    const output = await operations.plugin(...args);
    if (typeof output === 'string') return output;
    const content = output.content.replace(/^export type \w+Input = \{$/gm, '$&\n  __typename?: never;');
    return { ...output, content };
  };
  return {
    ...section,
    pluginMap: { ...section.pluginMap, 'typescript-operations': { ...operations, plugin } },
  };
}

/** Generates the documents and types of `galileo-gateway/client`, and the types of our tests. */
const config: CodegenConfig = {
  emitLegacyCommonJSImports: false,
  importExtension: '.ts',
  schema: 'schema.graphql',
  documents: 'client/documents/*.graphql',
  generates: {
    // Its `persisted-documents.json` is a file for TRUSTED_DOCUMENTS.
    'client/generated/': {
      preset: {
        ...preset,
        buildGeneratesSection: async (options) =>
          (await preset.buildGeneratesSection(options)).map(rejectTypenameInInputs),
      },
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      // Clients with a normalized cache add `__typename` to documents. If a document already has it everywhere, its
      // hash stays the same.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      config: types,
    },
    'client/generated/possible-types.ts': {
      plugins: ['fragment-matcher'],
      config: { useExplicitTyping: true },
    },
    'client/generated/graphcache-schema.ts': { plugins: ['./scripts/graphcache-schema.js'] },
    'client/generated/schema-types.ts': {
      plugins: ['typescript'],
      config: { ...types, avoidOptionals: { field: true }, nonOptionalTypename: true },
    },
  },
};

export default config;
