import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const types = {
  namingConvention: 'keep',
  enumsAsTypes: true,
  useTypeImports: true,
  scalars: {
    ID: 'string',
    DateTime: 'string',
    JSONObject: { input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
    SafeInt: 'number',
  },
};

/** What `galileo-gateway/client` publishes, and what our own tests send. */
const config: CodegenConfig = {
  emitLegacyCommonJSImports: false,
  importExtension: '.ts',
  schema: 'schema.graphql',
  documents: 'client/documents/*.graphql',
  generates: {
    // Its `persisted-documents.json` is what TRUSTED_DOCUMENTS takes.
    'client/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      // A client with a normalised cache adds `__typename` to what it sends: a document that has it everywhere stays the one
      // that was hashed.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      config: types,
    },
    'client/generated/possible-types.ts': {
      plugins: ['fragment-matcher'],
      config: { useExplicitTyping: true },
    },
    'client/generated/schema-types.ts': {
      plugins: ['typescript'],
      config: { ...types, avoidOptionals: { field: true }, nonOptionalTypename: true },
    },
  },
};

export default config;
