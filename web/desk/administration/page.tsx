import type { ComponentChildren } from 'preact';
import { Heading } from '../../parts/heading';
import { Pending } from '../../parts/pending';
import { addressOf } from '../address';
import { type Section, sections } from './sections';

interface PageProps {
  title: string;
  /** What the page is below: a section, or the overview unless told. Null for the overview itself. */
  of?: Section | null;
  /** What it is all about. */
  explanation?: string;
  /** The button of what can be begun here. */
  action?: ComponentChildren;
  /** What was done last: it is announced. */
  said?: string;
  /** Why it cannot be shown. */
  refusal?: string;
  loading?: boolean;
  children?: ComponentChildren;
}

/** A page of the administration. */
export function Page({ title, of, explanation, action, said = '', refusal, loading, children }: PageProps) {
  return (
    <section class="administration" aria-labelledby="page-title">
      {of !== null && (
        <p class="way">
          <a href={addressOf('administration')}>Administration</a>
          {of && <> / <a href={addressOf('administration', of)}>{sections[of]}</a></>}
        </p>
      )}
      <header>
        <Heading id="page-title">{title}</Heading>
        {action}
      </header>
      {explanation && <p class="explanation">{explanation}</p>}
      <p class="said" role="status">{said}</p>
      {(loading || refusal) && <Pending refusal={refusal} />}
      {children}
    </section>
  );
}
