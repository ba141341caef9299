import * as apollo from '@apollo/composition';
import * as guild from '@theguild/federation-composition';
import * as wundergraph from '@wundergraph/composition';
import { parse } from 'graphql';

/** A subgraph, the input of a composer. */
export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** The result of a composition. */
export interface Composition {
  /** Undefined if the subgraphs do not compose, or if the composer does not write SDL. */
  readonly supergraphSdl: string | undefined;
  /** Errors and warnings, without hints. */
  readonly errors: readonly string[];
}

const parseAll = (subgraphs: readonly Subgraph[]) =>
  subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));

function listCosmoErrors(subgraphs: readonly Subgraph[]): string[] {
  try {
    const result = wundergraph.federateSubgraphs({
      subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, definitions: parse(sdl) })),
      version: wundergraph.ROUTER_COMPATIBILITY_VERSION_ONE,
    });
    return [...(result.success ? [] : result.errors), ...result.warnings].map(({ message }) => message);
  } catch (error) {
    // It throws for some errors, such as an entity interface with a type that is not an entity.
    return [String(error)];
  }
}

/** The composers that supergraphs are made with, by their packages. */
export const composers = {
  '@apollo/composition': (subgraphs) => {
    const { supergraphSdl, errors = [] } = apollo.composeServices(parseAll(subgraphs));
    return { supergraphSdl, errors: errors.map(({ message }) => message) };
  },
  '@theguild/federation-composition': (subgraphs) => {
    const result = guild.composeServices(parseAll(subgraphs));
    if (guild.compositionHasErrors(result)) {
      return { supergraphSdl: undefined, errors: result.errors.map(({ message }) => message) };
    }
    return { supergraphSdl: result.supergraphSdl, errors: [] };
  },
  '@wundergraph/composition': (subgraphs) => ({
    supergraphSdl: undefined,
    errors: listCosmoErrors(subgraphs),
  }),
} satisfies Record<string, (subgraphs: readonly Subgraph[]) => Composition>;
