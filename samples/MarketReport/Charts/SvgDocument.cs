using System.Globalization;
using System.Xml.Linq;
using MarketReport.Publishing;
using OxyPlot;

namespace MarketReport.Charts;

/// <summary>Makes an SVG that scales, has a title for screen readers, and can stand beside others in one page.</summary>
internal static class SvgDocument
{
    private const string Fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static string Render(PlotModel model, double height, string id, string title, string description)
    {
        var exported = SvgExporter.ExportToString(model, ChartStyle.Width, height, isDocument: false);
        var root = XDocument.Parse(exported).Root!;
        root.Attributes().Where(static attribute => attribute.Name != "version" && !attribute.IsNamespaceDeclaration).Remove();
        root.Attributes().Where(static attribute => attribute.Name.LocalName == "xlink").Remove();
        root.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {ChartStyle.Width} {height}"));
        root.SetAttributeValue("role", "img");
        root.SetAttributeValue("aria-labelledby", $"{id}-title {id}-description");
        root.SetAttributeValue("font-family", Fonts);
        SetFontOnRootOnly(root);
        RemoveClipping(root);
        root.AddFirst(
            new XElement(Svg + "title", new XAttribute("id", $"{id}-title"), VisibleText.Line(title)),
            new XElement(Svg + "desc", new XAttribute("id", $"{id}-description"), VisibleText.Line(description)));
        return root.ToString(SaveOptions.DisableFormatting);
    }

    private static void SetFontOnRootOnly(XElement root)
    {
        foreach (var element in root.Descendants())
        {
            element.Attribute("font-family")?.Remove();
            if (element.Attribute("style") is { } style)
            {
                style.Value = string.Join(';', style.Value.Split(';').Where(static part => !part.TrimStart().StartsWith("font-family", StringComparison.Ordinal)));
            }
        }
    }

    /// <summary>
    /// Every figure and label has its place by the margins, so nothing needs clipping; the clip paths would cut the labels that
    /// stand beside the plot area, and their ids would meet those of other charts of the page.
    /// </summary>
    private static void RemoveClipping(XElement root)
    {
        root.Descendants(Svg + "defs").Remove();
        root.Descendants(Svg + "rect").Where(static rect => rect.Attribute("style")?.Value.Contains("fill:none", StringComparison.Ordinal) == true).Remove();
        root.Descendants().Attributes("clip-path").Remove();
    }
}
