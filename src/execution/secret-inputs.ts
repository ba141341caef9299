import {
  type ArgumentNode,
  type DocumentNode,
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type ObjectFieldNode,
  type ValueNode,
  visit,
} from 'graphql';
import { isJsonObject } from '../json.ts';
import type { Variables } from './variables.ts';

/** Whether `extensions.secret` declares that the value of an input field, or of each of its entries, is secret. */
const isSecretField = ({ extensions }: GraphQLInputField): boolean => extensions['secret'] === true;

export interface DocumentSecrets {
  readonly literals: readonly string[];
  /** Variables that are the value of a secret field, or a part of it. */
  readonly variables: readonly string[];
}

export const noSecrets: DocumentSecrets = { literals: [], variables: [] };

/**
 * Finds the values of secret input fields by the names of the fields: secrets can be in positions without a type, such
 * as in a JSONObject, an undeclared variable or a document that is not valid.
 */
export class SecretInputs {
  readonly #names = new Set<string>();
  /** Names of fields inside a secret value that are not secret: `key` of an entry, `roleArn` of an AWS token. */
  readonly #publicNames = new Set(['key']);

  constructor(schema: GraphQLSchema) {
    const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
      isInputObjectType(type) ? Object.values(type.getFields()) : [],
    );
    for (const field of fields) if (isSecretField(field)) this.#names.add(field.name);
    for (const field of fields) {
      // The AWS field `token` is not secret as a whole, although other providers have a secret field `token`.
      const type = getNamedType(field.type);
      if (isSecretField(field) || !this.#names.has(field.name) || !isInputObjectType(type)) continue;
      for (const inner of Object.values(type.getFields()))
        if (!isSecretField(inner)) this.#publicNames.add(inner.name);
    }
  }

  /** The secrets of a request: the literals, the values of the variables, and what `findInVariables` finds. */
  find({ literals, variables: names }: DocumentSecrets, variables: Variables | undefined): string[] {
    const secrets = [...literals, ...this.findInVariables(variables)];
    for (const name of names) this.#collect(variables?.[name], secrets);
    return secrets;
  }

  /** The values of secret fields in variables of any form. */
  findInVariables(variables: unknown): string[] {
    const secrets: string[] = [];
    // Not recursive, because the depth of variables has no limit here.
    const pending = [variables];
    while (pending.length > 0) {
      const value = pending.pop();
      if (Array.isArray(value)) {
        for (const inner of value as unknown[]) if (typeof inner === 'object') pending.push(inner);
      } else if (isJsonObject(value)) {
        for (const name in value) {
          const inner = value[name];
          if (this.#names.has(name)) this.#collect(inner, secrets);
          else if (typeof inner === 'object') pending.push(inner);
        }
      }
    }
    return secrets;
  }

  findInDocument(document: DocumentNode): DocumentSecrets {
    const literals: string[] = [];
    const variables: string[] = [];
    const collect = (value: ValueNode): void => {
      if (value.kind === Kind.VARIABLE) variables.push(value.name.value);
      else if (value.kind === Kind.LIST) value.values.forEach(collect);
      else if (value.kind === Kind.OBJECT) {
        for (const field of value.fields) if (!this.#publicNames.has(field.name.value)) collect(field.value);
      } else if ('value' in value && typeof value.value === 'string') literals.push(value.value);
    };
    const collectNamed = ({ name, value }: ObjectFieldNode | ArgumentNode) => {
      if (!this.#names.has(name.value)) return undefined;
      collect(value);
      return false;
    };
    // In a document that is not valid, a secret can be an argument.
    visit(document, { ObjectField: collectNamed, Argument: collectNamed });
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
        if (defaultValue !== undefined && variables.includes(variable.name.value)) collect(defaultValue);
      }
    }
    return { literals, variables };
  }

  /** Adds the strings and numbers of a secret value of any form, without those of fields that are not secret. */
  #collect(secretValue: unknown, secrets: string[]): void {
    const pending = [secretValue];
    while (pending.length > 0) {
      const value = pending.pop();
      if (typeof value === 'string' || typeof value === 'number') secrets.push(String(value));
      else if (Array.isArray(value)) for (const inner of value as unknown[]) pending.push(inner);
      else if (isJsonObject(value)) {
        for (const [name, inner] of Object.entries(value))
          if (!this.#publicNames.has(name)) pending.push(inner);
      }
    }
  }
}

/** Yields every string in a document or JSON that cannot be parsed, and each line of a block string. */
export function* findStrings(text: string): Generator<string> {
  for (const [, block, line = ''] of text.matchAll(/"""((?:[^"]|"(?!""))+)|"((?:[^"\\\r\n]|\\.)+)/g)) {
    if (block === undefined) yield line;
    else for (const each of block.split(/[\r\n]+/)) yield each.trim();
  }
}
