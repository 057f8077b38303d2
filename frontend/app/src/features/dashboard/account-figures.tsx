import { useState } from 'react';
import { FiguresSection } from './figures-section.tsx';
import type { FiguresSearch } from './search.ts';

/** Of one account; they come after the account itself, which is why one opens its page. */
export default function AccountFigures({ connectionId }: { connectionId: string }) {
  const [search, setSearch] = useState<FiguresSearch>({});
  const change = (part: FiguresSearch) => setSearch({ ...search, ...part });
  return <FiguresSection search={{ ...search, account: connectionId }} onSearch={change} />;
}
