namespace MarketReport.Reading;

/// <summary>Finds the entities a person named among those of the file.</summary>
internal static class EntitySelection
{
    private const int NamesInMessage = 40;

    public static HashSet<string> Find(IEnumerable<string> named, IReadOnlyList<string> entities, string entityColumn)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in named.Select(static name => name.Trim()).Where(static name => name.Length > 0))
        {
            var matches = entities.Where(entity => entity.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            if (matches.Count == 0)
            {
                throw new MarketDataException(
                    $"There is no '{name}' in the column '{entityColumn}'. It has: {string.Join(", ", entities.Take(NamesInMessage))}"
                    + (entities.Count > NamesInMessage ? $" and {entities.Count - NamesInMessage} more." : "."));
            }

            found.UnionWith(matches);
        }

        return found;
    }
}
