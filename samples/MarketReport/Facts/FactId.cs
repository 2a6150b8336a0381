using System.Globalization;
using System.Text;

namespace MarketReport.Facts;

/// <summary>Makes the snake_case part of a fact's id out of a name.</summary>
internal static class FactId
{
    public static string Of(string name)
    {
        var id = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            if (char.IsLetterOrDigit(character))
            {
                id.Append(char.ToLowerInvariant(character));
            }
            else if (id.Length > 0 && id[^1] != '_')
            {
                id.Append('_');
            }
        }

        var trimmed = id.ToString().Trim('_');
        return trimmed.Length == 0 ? "unnamed" : trimmed;
    }

    /// <summary>The ids of several names, in their order, told apart by a number where they would be the same.</summary>
    public static List<string> OfAll(IEnumerable<string> names)
    {
        var ids = new List<string>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in names.Select(Of))
        {
            var candidate = id;
            for (var number = 2; !taken.Add(candidate); number++)
            {
                candidate = string.Create(CultureInfo.InvariantCulture, $"{id}_{number}");
            }

            ids.Add(candidate);
        }

        return ids;
    }
}
