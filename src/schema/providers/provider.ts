import type { FieldMap, ObjectFieldBuilder, ObjectRef } from '@pothos/core';
import { BodyMapping } from '../../resolvers/body-mapping.ts';
import type { UpstreamIntegration } from '../../upstream/api-types.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import { entity } from '../directives.ts';
import {
  createInputType,
  type Fields,
  type InputRef,
  type PropertyOf,
  type SchemaName,
  toInputShape,
  toOutputFields,
} from '../fields.ts';
import { integration } from '../integration.ts';

/** What one provider contributes to the schema. */
export interface Provider {
  /** The provider's name as users know it. */
  readonly displayName: string;
  /** The type of its integration. It has the name of its schema in the OpenAPI document. */
  readonly type: ObjectRef<SchemaTypes, UpstreamIntegration>;
  /** The argument of its upsert mutation. */
  readonly input: InputRef;
  /** Maps the argument to the body of `PUT /v2/integrations/<provider>`, and upstream's issues back to the argument. */
  readonly mapping: BodyMapping;
}

interface ProviderOptions<Output extends SchemaName, Input extends SchemaName> {
  readonly displayName: string;
  readonly description: string;
  /** The schema of `GET /v2/integrations/{name}`, which gives the type its name. */
  readonly schema: Output;
  /**
   * The schema of `PUT /v2/integrations/<provider>`. Only the compiler uses it, to check the names of properties.
   * Default: the schema of GET with `Create` at its end.
   */
  readonly inputSchema?: Input;
  readonly fields: Fields<PropertyOf<Output | Input>>;
  /** Fields that are not properties of the integration. */
  readonly extraFields?: (t: ObjectFieldBuilder<SchemaTypes, UpstreamIntegration>) => FieldMap;
}

export function defineProvider<
  Output extends SchemaName,
  Input extends SchemaName = Extract<SchemaName, `${Output}Create`>,
>({ displayName, description, schema, fields, extraFields }: ProviderOptions<Output, Input>): Provider {
  return {
    displayName,
    type: builder.objectRef<UpstreamIntegration>(schema).implement({
      description,
      extensions: entity,
      interfaces: [integration],
      fields: (t) => ({ ...toOutputFields(t, schema, fields), ...extraFields?.(t) }),
    }),
    input: createInputType(
      `Upsert${schema}Input`,
      `The settings of the ${displayName} integration. Omitted fields are not sent; null is sent as null. Galileo decides what an omitted field and a null mean.`,
      fields,
    ),
    mapping: new BodyMapping(toInputShape(fields)),
  };
}
