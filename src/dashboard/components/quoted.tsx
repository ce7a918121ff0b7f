/** What somebody else wrote, within a sentence of ours. */

/** In quotation marks; whichever direction it is read in or turns to, the sentence around keeps its own. */
export function Quoted({ text }: { readonly text: string }) {
  return (
    <>
      “<bdi>{text}</bdi>”
    </>
  );
}
