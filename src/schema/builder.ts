import SchemaBuilder from '@pothos/core';
import type { JsonObject } from '../json.ts';
import type { ResolverContext } from '../resolvers/request-context.ts';

/** Every type of the schema is declared with this builder. A field is non-null unless it is declared nullable. */
export const builder = new SchemaBuilder<{
  Context: ResolverContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: string; Output: string };
    JSONObject: { Input: JsonObject; Output: JsonObject };
    SafeInt: { Input: number; Output: number };
  };
}>({ defaultFieldNullability: false });

export type SchemaTypes = (typeof builder)['$inferSchemaTypes'];
