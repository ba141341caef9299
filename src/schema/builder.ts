import SchemaBuilder from '@pothos/core';
import type { GatewayContext } from '../resolvers/gateway-context.ts';

/** The one builder that every type of the schema is declared with. Fields are non-null unless they say otherwise. */
export const builder = new SchemaBuilder<{
  Context: GatewayContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: string; Output: string };
    JSONObject: { Input: Readonly<Record<string, unknown>>; Output: Readonly<Record<string, unknown>> };
    SafeInt: { Input: number; Output: number };
  };
}>({
  defaultFieldNullability: false,
});
