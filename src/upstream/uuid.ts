declare const brand: unique symbol;

/** A UUID in the text form of RFC 9562, of any version and case. Safe in a path. */
export type Uuid = string & { readonly [brand]: 'uuid' };

const pattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const isUuid = (value: unknown): value is Uuid => typeof value === 'string' && pattern.test(value);
