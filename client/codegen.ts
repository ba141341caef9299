/** The `scalars` setting for GraphQL Code Generator: without it, these types become `unknown`. */
export const codegenScalars = {
  ID: 'string',
  DateTime: 'string',
  JSONObject: { input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
  SafeInt: 'number',
};
