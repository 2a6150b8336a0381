namespace MarketReport.Writing;

internal enum ProseBlockKind
{
    Paragraph,
    Bullet,
    NumberedItem,
}
