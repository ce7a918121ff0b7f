/** Event log, for operators. */
import { Empty } from '../components/states.tsx';
import { Page } from '../shell/page.tsx';

/** The page. */
export function EventLog() {
  return (
    <Page title="Event log">
      <Empty title="This page is not there yet." />
    </Page>
  );
}
