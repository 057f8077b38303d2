import { createFileRoute } from '@tanstack/react-router';
import { ArticlePage } from '../../features/help/article-page.tsx';

export const Route = createFileRoute('/_app/help/$slug')({ component: Article });

function Article() {
  return <ArticlePage slug={Route.useParams().slug} />;
}
