import type { ObjectRef } from '@pothos/core';
import type { WireIntegration } from '../../upstream/wire.ts';
import type { builder } from '../builder.ts';

type SchemaTypes = (typeof builder)['$inferSchemaTypes'];

/** What one provider brings to the schema. */
export interface Provider {
  /** The provider's name as people write it. */
  readonly displayName: string;
  /** Its type, which has the name of its schema in the OpenAPI document. */
  readonly type: ObjectRef<SchemaTypes, WireIntegration>;
}
