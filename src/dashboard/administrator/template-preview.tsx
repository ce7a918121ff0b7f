/** A mail with sample data while it is written: as it is sent today, and as it would be after each migration. */
import { useEffect, useState } from 'react';
import type { EmailTemplateInput, PreviewTemplateQuery, RenderedFragment, TemplateName } from '../../../schema/generated/dashboard.ts';
import { PreviewTemplateDocument } from '../../../schema/generated/dashboard.ts';
import { useRead } from '../api/read.ts';
import { Card } from '../components/card.tsx';
import { MailPreview, MailsSideBySide } from '../components/mail-preview.tsx';
import { FaultNote, Skeleton } from '../components/states.tsx';

/** Whoever types is not interrupted, and the server renders what is finished. In ms. */
const PAUSE_MS = 400;

interface TemplatePreviewProps {
  readonly account: string;
  readonly name: TemplateName;
  /** What stands in the form. */
  readonly input: EmailTemplateInput;
}

/** Follows the form a moment behind; what cannot be rendered says why above what was there last. */
export function TemplatePreview({ account, name, input }: TemplatePreviewProps) {
  const settled = useSettled(input);
  const { data, fault } = useRead(PreviewTemplateDocument, { account, name, input: settled });
  const [last, setLast] = useState<PreviewTemplateQuery['previewEmailTemplate']>();
  if (data && data.previewEmailTemplate !== last) setLast(data.previewEmailTemplate);
  return (
    <Card title="How it looks">
      {fault && <FaultNote fault={fault} />}
      {!last && !fault && <Skeleton lines={6} />}
      {last && (
        <MailsSideBySide>
          <MailPreview title="Today" {...shown(last.today)} />
          <MailPreview title="After: the platform’s sender address" {...shown(last.afterFromAddress)} />
          <MailPreview title="After: the platform’s template" {...shown(last.afterEmailTemplate)} />
        </MailsSideBySide>
      )}
    </Card>
  );
}

function shown({ from: { name, address }, subject, html }: RenderedFragment) {
  return { from: name === '' ? address : `${name} <${address}>`, subject, html };
}

/** A value once it has stayed the same for a moment; compared by its JSON. */
function useSettled<Value>(value: Value): Value {
  const json = JSON.stringify(value);
  const [settled, setSettled] = useState(json);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(json), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [json]);
  return JSON.parse(settled) as Value;
}
