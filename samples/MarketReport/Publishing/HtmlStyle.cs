namespace MarketReport.Publishing;

internal static class HtmlStyle
{
    public const string Css = """
        :root { color-scheme: light; --ink: #1f2937; --soft: #4b5563; --line: #e5e7eb; --accent: #0f766e; --tint: #f3f7f7; }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: #fff; color: var(--ink); font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        header, main, footer { max-width: 56rem; margin: 0 auto; padding: 0 1.25rem; }
        header { padding-top: 3.5rem; }
        h1 { margin: 0; font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -0.02em; overflow-wrap: anywhere; }
        h2 { margin: 0 0 1rem; padding-top: 2.5rem; font-size: 1.55rem; line-height: 1.25; letter-spacing: -0.01em; }
        h3 { margin: 2.25rem 0 0.6rem; font-size: 1.05rem; line-height: 1.35; }
        p { margin: 0 0 1rem; }
        a { color: var(--accent); }
        .subtitle { margin: 0.6rem 0 0; font-size: 1.15rem; color: var(--soft); }
        .generated { margin: 1rem 0 0; padding: 0.5rem 0.9rem; border-left: 4px solid var(--accent); background: var(--tint); font-size: 0.92rem; }
        .highlights { display: grid; grid-template-columns: repeat(auto-fit, minmax(11.5rem, 1fr)); gap: 0.9rem; margin: 1.75rem 0 0; }
        .highlights div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 0.9rem 1rem; border: 1px solid var(--line); border-top: 4px solid var(--accent); border-radius: 4px; }
        .highlights dt { font-size: 0.85rem; line-height: 1.4; color: var(--soft); }
        .highlights dd { margin: 0 0 0.25rem; font-size: 1.5rem; line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
        nav ol { display: flex; flex-wrap: wrap; gap: 0.3rem 1.4rem; margin: 1.75rem 0 0; padding: 0.8rem 0; list-style: none; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font-size: 0.95rem; }
        .prose { overflow-wrap: anywhere; max-width: 44rem; }
        .prose ul, .prose ol { padding-left: 1.4rem; }
        .prose li { margin-bottom: 0.35rem; }
        figure { margin: 2rem 0; padding: 1.1rem 1.1rem 0.6rem; border: 1px solid var(--line); border-radius: 6px; }
        figcaption { margin-bottom: 0.8rem; font-weight: 600; }
        .chart svg { display: block; width: 100%; max-width: 42rem; height: auto; margin: 0 auto; }
        details { margin-top: 0.4rem; font-size: 0.9rem; color: var(--soft); }
        summary { cursor: pointer; padding: 0.25rem 0; }
        .scroll { overflow-x: auto; background: linear-gradient(to right, #fff 30%, transparent) left / 40px 100% no-repeat local, linear-gradient(to left, #fff 30%, transparent) right / 40px 100% no-repeat local, linear-gradient(to right, #1f293726, transparent) left / 14px 100% no-repeat scroll, linear-gradient(to left, #1f293726, transparent) right / 14px 100% no-repeat scroll; }
        table { border-collapse: collapse; width: 100%; font-size: 0.92rem; line-height: 1.4; color: var(--ink); font-variant-numeric: tabular-nums lining-nums; }
        th, td { padding: 0.42rem 0.7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        th { vertical-align: bottom; border-bottom: 2px solid var(--ink); font-weight: 600; }
        tbody tr:hover { background: var(--tint); }
        .number { text-align: right; white-space: nowrap; }
        th.number { white-space: normal; }
        td:not(.number) { min-width: 8.5rem; }
        td.long { min-width: 17rem; }
        .note { margin: 0.5rem 0 0; font-size: 0.85rem; color: var(--soft); }
        .method { padding-left: 1.2rem; font-size: 0.92rem; overflow-wrap: anywhere; }
        .method li { margin-bottom: 0.4rem; }
        footer { margin-top: 2.5rem; padding-top: 1rem; padding-bottom: 3rem; border-top: 1px solid var(--line); font-size: 0.88rem; color: var(--soft); }
        @media (max-width: 40rem) {
          body { font-size: 16px; }
          header { padding-top: 2rem; }
          figure { margin-left: -1.25rem; margin-right: -1.25rem; padding: 0.8rem 0 0.4rem; border-left: 0; border-right: 0; border-radius: 0; }
          figcaption, figure details { padding: 0 1.25rem; }
          .chart { padding: 0 0.4rem; }
          td:not(.number):not(.long) { min-width: 7rem; }
          th, td { padding: 0.4rem 0.5rem; }
        }
        @page { margin: 14mm; }
        @media print {
          body { font-size: 10.5pt; }
          header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
          nav, details { display: none; }
          h2, h3, figcaption { break-after: avoid; }
          figure, tr { break-inside: avoid; }
          .scroll { overflow: visible; background: none; }
          table { font-size: 8.5pt; }
          thead { display: table-header-group; }
          th, td { padding: 0.25rem 0.35rem; overflow-wrap: break-word; hyphens: auto; }
          td.long { overflow-wrap: anywhere; }
          td:not(.number), td:not(.number):not(.long), td.long { min-width: 0; }
          table.wide { font-size: 7pt; }
          table.wide :is(th, td) { padding: 0.2rem 0.25rem; }
          a { color: inherit; text-decoration: none; }
        }

        """;
}
