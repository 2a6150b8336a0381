namespace MarketReport.Models;

/// <summary>The sentences of the offline rules: sections of paragraphs of sentences, each in one or more wordings, the fullest first.</summary>
internal static class OfflineSentences
{
    private static readonly string[][][] Overview =
    [
        [
            [
                "In {{common_last_year}}, its last year in the data, {{only_entity}} has {{total_size_last}} ({{size_measure}}); it is the only entity of the data.",
                "In {{common_last_year}}, its last year in the data, {{only_entity}} has {{average_size_last}} ({{size_measure}}); it is the only entity of the data.",
                "In {{common_last_year}}, the latest year with figures for at least half of the {{entity_count}} entities, the market adds up to {{total_size_last}} ({{size_measure}}), over {{entities_last}} of them.",
                "In {{common_last_year}}, the latest year with figures for at least half of the {{entity_count}} entities, the average over {{entities_last}} of them is {{average_size_last}} ({{size_measure}}).",
            ],
            [
                "From {{size_base_year}} to {{common_last_year}}, {{size_measure}} of {{only_entity}} changed by {{size_growth}}, which is {{size_growth_per_year}} a year.",
                "From {{size_base_year}} to {{common_last_year}}, the change of {{size_measure}} of {{only_entity}} is {{size_growth}}.",
                "Counting only those present at both ends ({{size_growth_entities}} of {{entity_count}}), the whole changed by {{size_growth}} from {{size_base_year}} to {{common_last_year}}, which is {{size_growth_per_year}} a year.",
                "Counting only those present at both ends ({{size_growth_entities}} of {{entity_count}}), the change from {{size_base_year}} to {{common_last_year}} is {{size_growth}}.",
            ],
        ],
        [
            [
                "The five largest markets of {{common_last_year}} are {{largest_market_1}} ({{largest_market_1_size}}), {{largest_market_2}} ({{largest_market_2_size}}), {{largest_market_3}} ({{largest_market_3_size}}), {{largest_market_4}} ({{largest_market_4_size}}) and {{largest_market_5}} ({{largest_market_5_size}}).",
                "The largest markets of {{common_last_year}} are {{largest_market_1}} ({{largest_market_1_size}}), {{largest_market_2}} ({{largest_market_2_size}}) and {{largest_market_3}} ({{largest_market_3_size}}).",
                "The largest markets of {{common_last_year}} are {{largest_market_1}} ({{largest_market_1_size}}) and {{largest_market_2}} ({{largest_market_2_size}}).",
                "The only one with a figure for {{common_last_year}} is {{lone_market}} ({{largest_market_1_size}}).",
            ],
            ["Together these {{largest_markets_count}} make up {{largest_markets_share}} of the whole; {{largest_market_1}} alone makes up {{largest_market_1_share}}."],
        ],
    ];

    private static readonly string[][][] Competitors =
    [
        [
            [
                "{{leading_competitor}} leads with {{leading_competitor_share}} of the market in {{common_last_year}}, before {{second_competitor}} with {{second_competitor_share}} and {{third_competitor}} with {{third_competitor_share}}.",
                "{{leading_competitor}} leads with {{leading_competitor_share}} of the market in {{common_last_year}}, before {{second_competitor}} with {{second_competitor_share}}.",
                "{{leading_competitor}} has {{leading_competitor_share}} of the market in {{common_last_year}}.",
            ],
            [
                "{{focus}}, which this report is about, has {{focus_share_last}}, number {{focus_rank}} of {{competitor_count}}; that is {{focus_size_last}} in absolute terms.",
                "{{only_competitor}} is the only competitor of the data, with {{focus_share_last}} of the market.",
            ],
        ],
        [
            ["Over the period, the share of {{biggest_gainer}} rose most: {{biggest_gainer_change}}."],
            ["The share of {{biggest_loser}} fell most: {{biggest_loser_change}}."],
        ],
        [
            ["The highest share of {{focus}} is found in {{focus_top_entity}}: {{focus_top_entity_share}} in {{focus_top_entity_year}}, its last year in the data."],
            ["The lowest is {{focus_lowest_entity_share}} in {{focus_lowest_entity}} ({{focus_lowest_entity_year}}), and the median over all is {{focus_median_share}}."],
        ],
    ];

    private static readonly string[][][] Trends =
    [
        [
            [
                "Over {{trend_span}}, from {{trend_base_year}} to {{common_last_year}}, {{only_entity}} went from {{focus_base_size}} to {{focus_end_size}}: {{focus_growth}}, or {{focus_growth_per_year}} a year.",
                "Over {{trend_span}}, from {{trend_base_year}} to {{common_last_year}}, {{only_entity}} went from {{focus_base_size}} to {{focus_end_size}} ({{focus_growth}}).",
                "Over {{trend_span}}, from {{trend_base_year}} to {{common_last_year}}, {{focus}} went from {{focus_base_size}} to {{focus_end_size}} ({{focus_growth}}) in {{only_market}}, the only entity of the data.",
                "Over {{trend_span}}, from {{trend_base_year}} to {{common_last_year}}, {{focus}} went from {{focus_base_size}} to {{focus_end_size}}: {{focus_growth}}, or {{focus_growth_per_year}} a year, counted over the entities with figures at both ends ({{focus_growth_entities}}).",
                "Over {{trend_span}}, from {{trend_base_year}} to {{common_last_year}}, {{focus}} went from {{focus_base_size}} to {{focus_end_size}} ({{focus_growth}}), counted over the entities with figures at both ends ({{focus_growth_entities}}).",
            ],
            ["Its share moved from {{focus_share_base}} to {{focus_share_end}}, a change of {{focus_share_change}}."],
            ["In the last year alone, from {{previous_year}} to {{common_last_year}}, the change was {{focus_growth_latest}}."],
        ],
        [
            [
                "That is the market as a whole: {{only_entity}} has no rival in the data.",
                "{{only_market}} as a whole went from {{size_base_total}} in {{size_base_year}} to {{size_last_total}} in {{common_last_year}}.",
                "The market as a whole changed by {{size_growth}}, which is {{size_growth_per_year}} a year, from {{size_base_year}} to {{common_last_year}}, from {{size_base_total}} to {{size_last_total}}, over the same entities ({{size_growth_entities}}).",
                "The market as a whole went from {{size_base_total}} in {{size_base_year}} to {{size_last_total}} in {{common_last_year}}, over the same entities ({{size_growth_entities}}).",
            ],
        ],
    ];

    private static readonly string[][][] Advice =
    [
        [
            [
                "Learn from {{focus_leader}}: with a share of {{focus_leader_share}} in {{common_last_year}} it stands {{focus_leader_gap}} from the median of {{focus_median_share_last}}, so what works there is worth a close look before money is spent elsewhere.",
            ],
            [
                "Act first where the gap is largest in absolute terms: {{largest_below_median}} has {{largest_below_median_size}} but a share of only {{largest_below_median_share}}.",
            ],
            ["Bringing those below the median ({{below_median_count}}) up to it would mean {{median_potential}} more of {{focus}}."],
        ],
        [
            [
                "Watch {{fastest_growing_entity}}, where the share went from {{fastest_growing_base}} to {{fastest_growing_end}} since {{recent_base_year}}; {{slowest_growing_entity}} came last with {{slowest_growing_change}}.",
                "Watch {{fastest_growing_entity}}, which did best since {{recent_base_year}} ({{fastest_growing_change}}); {{slowest_growing_entity}} did worst ({{slowest_growing_change}}).",
            ],
            [
                "Expect the slowest start in {{laggard_1}} ({{laggard_1_share}}), {{laggard_2}} ({{laggard_2_share}}) and {{laggard_3}} ({{laggard_3_share}}).",
                "Expect the slowest start in {{laggard_1}} ({{laggard_1_share}}).",
            ],
        ],
        [
            ["Keep an eye on {{focus_rival}} with its {{focus_rival_share}}; the distance of {{focus}} to it is {{focus_rival_gap}}."],
            ["{{focus_largest_entity}} alone accounts for {{focus_largest_entity_part}} of {{focus}}, which makes the whole depend on one market."],
        ],
    ];

    public static IReadOnlyList<string[][]> Of(string section) => section switch
    {
        "market_overview" => Overview,
        "competitor_analysis" => Competitors,
        "trends_analysis" => Trends,
        "recommendations" => Advice,
        _ => throw new InvalidOperationException($"The offline rules know no section '{section}'."),
    };
}
