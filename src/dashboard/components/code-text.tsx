/** Sentences of the API that name code in backticks. */
import { Fragment } from 'react';

/** The sentence, with what stands in backticks as code. */
export function CodeText({ text }: { readonly text: string }) {
  // Every second part stood between two backticks.
  return text.split('`').map((part, index) => {
    // Parts have no identity beside their place, and the text does not change in place.
    return index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>;
  });
}
