/** Board, for administrators. */
import { Empty } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';

/** The page. */
export function Board() {
  return (
    <Page title="Board">
      <Empty title="This page is not there yet." />
    </Page>
  );
}
