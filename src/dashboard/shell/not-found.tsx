/** For addresses that lead nowhere. */
import { ButtonLink } from '../components/button.tsx';
import { Empty } from '../components/states.tsx';
import { Page } from './page.tsx';

/** Says so, and leads back to the first page. */
export function NotFound() {
  return (
    <Page title="Page not found">
      <Empty title="There is nothing at this address.">
        <p>It may be of something that is gone, of a page that only others see, or misspelt.</p>
      </Empty>
      <div>
        <ButtonLink to="/" look="primary">
          To the first page
        </ButtonLink>
      </div>
    </Page>
  );
}
