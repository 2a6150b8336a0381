namespace MarketReport.Reading;

/// <summary>What the name of an entity says of its being a total.</summary>
internal enum AggregateName
{
    None,
    Total,

    /// <summary>A part of the world, among entities that are not.</summary>
    Region,

    /// <summary>A part of the world, among others of its kind or beside a remainder: a market like them.</summary>
    RegionAmongRegions,
}
