import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";

const safe = [rehypeSanitize];
const flavour = [remarkGfm];

/** Markdown that people wrote, made harmless; links open beside the board. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="prose">
    <ReactMarkdown
      remarkPlugins={flavour}
      rehypePlugins={safe}
      components={{
        a: ({ node: _, ...rest }) => <a {...rest} target="_blank" rel="noopener noreferrer nofollow" />,
      }}
    >
      {text}
    </ReactMarkdown>
  </div>
);
