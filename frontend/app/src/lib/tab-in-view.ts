import { useEffect, useRef } from 'react';

/** For tabs that scroll sideways on a narrow screen: the open one is not left beyond the edge. */
export function useTabInView(open: string) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`[role="tab"][aria-selected="true"]`);
    if (open && list.current && tab) {
      list.current.scrollLeft = tab.offsetLeft - (list.current.clientWidth - tab.clientWidth) / 2;
    }
  }, [open]);
  return list;
}
