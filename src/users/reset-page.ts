/** The pages that the link of a password mail opens. They work without script and load nothing. */
import { html } from '../email/html.ts';
import { plainPage } from '../http/plain-page.ts';
import { PASSWORD_LENGTH } from './users.rules.ts';

const { min, max } = PASSWORD_LENGTH;
const HINT = `${min} to ${max} characters; a few words that nobody else puts together are good.`;

/**
 * Asks for the new password.
 *
 * @param accountName whose user it is
 * @param ticket what the link carries; it goes back with the form
 * @param fault why the last one was not taken; null at first
 */
export function formPage(accountName: string, ticket: string, fault: string | null): string {
  const described = fault === null ? 'hint' : 'fault hint';
  const invalid = fault === null ? html`` : html` aria-invalid="true"`;
  return plainPage(
    fault === null ? 'Choose a new password' : 'Error: choose a new password',
    html`<h1>Choose a new password</h1>
      <p>for ${accountName}</p>
      ${fault === null ? html`` : html`<p id="fault" class="fault" role="alert">${fault}</p>`}
      <form method="post" action="/password-reset">
        <input type="hidden" name="ticket" value="${ticket}" />
        <label for="password">New password</label>
        <input
          type="password"
          id="password"
          name="password"
          autocomplete="new-password"
          minlength="${min}"
          required
          autofocus
          aria-describedby="${described}"
          ${invalid}
        />
        <p id="hint" class="hint">${HINT}</p>
        <label for="password_repeated">New password again</label>
        <input
          type="password"
          id="password_repeated"
          name="password_repeated"
          autocomplete="new-password"
          minlength="${min}"
          required
          ${invalid}
        />
        <button type="submit">Change password</button>
      </form>`,
  );
}

/** Says that it is done. */
export function changedPage(accountName: string, message: string): string {
  return plainPage(
    'Password changed',
    html`<h1>Password changed</h1>
      <p>${message}</p>
      <p>You can close this page and go back to ${accountName}.</p>`,
  );
}

/** Says that the link does not open. */
export function gonePage(platformName: string, message: string): string {
  return plainPage(
    'This link does not open',
    html`<h1>This link does not open</h1>
      <p>${message} Nothing was changed.</p>
      <p>You can close this page and go back to ${platformName}.</p>`,
  );
}
