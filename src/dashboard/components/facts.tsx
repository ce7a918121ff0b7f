/** Short facts in one line. */
import { Fragment } from 'react';

interface FactsProps {
  /** In their order; what is empty or null is left out. */
  readonly facts: readonly (string | null | undefined)[];
}

/** Facts with dots between them. Each keeps its direction to itself, whatever an outsider wrote into it. */
export function Facts({ facts }: FactsProps) {
  return facts.filter(Boolean).map((fact, index) => (
    // Facts have no identity beside their place.
    <Fragment key={index}>
      {index > 0 && ' · '}
      <bdi>{fact}</bdi>
    </Fragment>
  ));
}
