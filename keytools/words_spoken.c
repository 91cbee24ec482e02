#include "words_spoken.h"

#include <string.h>

static const char *const EVEN[256] = {
    "acid",    "adult",  "agent",   "album",   "amber",   "angle",   "apple",   "apron",   "arrow",   "aspen",
    "attic",   "awake",  "bacon",   "badge",   "bagel",   "baker",   "bamboo",  "banjo",   "basin",   "basket",
    "beacon",  "beaver", "belt",    "bench",   "bingo",   "bishop",  "blade",   "blanket", "bloom",   "bonus",
    "border",  "bottle", "brass",   "bread",   "brick",   "bridge",  "bronze",  "brother", "bubble",  "bucket",
    "button",  "cabin",  "cactus",  "camel",   "candle",  "canvas",  "carbon",  "carpet",  "castle",  "cedar",
    "cellar",  "chain",  "chalk",   "cheese",  "cherry",  "chimney", "circle",  "citrus",  "clay",    "clever",
    "cliff",   "clock",  "cloud",   "clover",  "coal",    "cobalt",  "coffee",  "comet",   "copper",  "coral",
    "cotton",  "cousin", "cradle",  "crane",   "crater",  "crayon",  "cricket", "crown",   "curtain", "dagger",
    "dancer",  "danger", "deck",    "denim",   "desert",  "diesel",  "dinner",  "doctor",  "dolphin", "donkey",
    "dragon",  "drum",   "dwarf",   "eagle",   "easel",   "echo",    "eight",   "elbow",   "elder",   "engine",
    "escort",  "fabric", "falcon",  "farmer",  "feather", "fence",   "fiddle",  "finger",  "flag",    "flute",
    "forest",  "fossil", "fox",     "friday",  "frost",   "fudge",   "funnel",  "galaxy",  "garden",  "garlic",
    "gecko",   "giant",  "ginger",  "glacier", "glove",   "goblet",  "golden",  "goose",   "grape",   "gravel",
    "guitar",  "hammer", "harbor",  "harvest", "hazel",   "helmet",  "hermit",  "heron",   "hockey",  "honey",
    "hotel",   "hunter", "iceberg", "igloo",   "indigo",  "island",  "ivory",   "jacket",  "jaguar",  "jasmine",
    "jelly",   "jigsaw", "jockey",  "jungle",  "kettle",  "kidney",  "kitchen", "kitten",  "ladder",  "lagoon",
    "lantern", "lemon",  "leopard", "lizard",  "lobster", "locket",  "lumber",  "lunar",   "magnet",  "mango",
    "maple",   "marble", "meadow",  "melon",   "mirror",  "mitten",  "monday",  "monkey",  "mosaic",  "muffin",
    "mustard", "napkin", "nectar",  "needle",  "nickel",  "ninja",   "noodle",  "nugget",  "oasis",   "ocean",
    "olive",   "onyx",   "orbit",   "orchid",  "otter",   "oxygen",  "paddle",  "palace",  "panda",   "parrot",
    "pebble",  "pencil", "pepper",  "piano",   "pigeon",  "pillow",  "planet",  "plum",    "pocket",  "polo",
    "prairie", "puzzle", "python",  "quartz",  "rabbit",  "radish",  "raven",   "ribbon",  "river",   "robot",
    "rocket",  "saddle", "salmon",  "sandal",  "scarf",   "shadow",  "shark",   "silver",  "spider",  "spoon",
    "stapler", "sugar",  "sunset",  "tailor",  "talon",   "teapot",  "temple",  "thunder", "tiger",   "timber",
    "tomato",  "totem",  "tractor", "trumpet", "tulip",   "tunnel",  "turtle",  "umpire",  "velvet",  "violin",
    "walnut",  "whale",  "willow",  "window",  "winter",  "wizard",
};

static const char *const ODD[256] = {
    "abacus",     "academy",     "acrobat",     "admiral",     "adverb",    "aerial",     "alcohol",    "algebra",
    "almanac",    "alphabet",    "amazon",      "ambulance",   "amnesty",   "amphora",    "anatomy",    "anchovy",
    "animal",     "antelope",    "antenna",     "apricot",     "aquarium",  "archery",    "armada",     "armadillo",
    "artichoke",  "asparagus",   "asteroid",    "astronomer",  "atlantic",  "atmosphere", "autograph",  "avalanche",
    "aviator",    "avocado",     "badminton",   "balcony",     "barbecue",  "barcelona",  "battery",    "bicycle",
    "biology",    "bakery",      "bravado",     "broccoli",    "buffalo",   "bulletin",   "butterfly",  "cabaret",
    "calendar",   "camera",      "canada",      "canary",      "capital",   "caramel",    "caravan",    "cardinal",
    "carnival",   "casino",      "cathedral",   "cavalry",     "celery",    "century",    "ceramic",    "champion",
    "charity",    "chemical",    "cherokee",    "chocolate",   "cinema",    "cinnamon",   "citizen",    "clarinet",
    "coconut",    "colony",      "comedy",      "company",     "computer",  "concerto",   "condition",  "consulate",
    "continent",  "cosmonaut",   "courtesy",    "crocodile",   "cucumber",  "customer",   "cylinder",   "daffodil",
    "december",   "decimal",     "delegate",    "delivery",    "democrat",  "diagram",    "dialogue",   "diamond",
    "dictionary", "dinosaur",    "diploma",     "director",    "discovery", "document",   "dominant",   "dynamite",
    "eclipse",    "ecology",     "edition",     "editor",      "electron",  "elephant",   "elevator",   "embassy",
    "emerald",    "emperor",     "energy",      "enterprise",  "envelope",  "equator",    "espresso",   "eternal",
    "etiquette",  "eucalyptus",  "everest",     "evidence",    "exhibit",   "factory",    "family",     "fantasia",
    "february",   "festival",    "finland",     "fisherman",   "flamenco",  "formula",    "fortuna",    "forever",
    "foundation", "fugitive",    "furniture",   "gallery",     "gasoline",  "gazelle",    "general",    "geology",
    "geometry",   "gladiator",   "gondola",     "gorilla",     "graduate",  "gravity",    "guardian",   "hacienda",
    "halogen",    "hamburger",   "handwriting", "harmony",     "hesitate",  "hexagon",    "history",    "holiday",
    "horizon",    "hospital",    "hurricane",   "hydrogen",    "iguana",    "imitate",    "infantry",   "inspector",
    "institute",  "instrument",  "internet",    "inventor",    "ironical",  "italic",     "january",    "jewelry",
    "journalist", "jubilee",     "juniper",     "justify",     "kangaroo",  "karaoke",    "kilogram",   "laboratory",
    "lavender",   "lemonade",    "library",     "limousine",   "logical",   "lottery",    "luminous",   "macaroni",
    "magazine",   "magnolia",    "mahogany",    "mandolin",    "marathon",  "marigold",   "mariner",    "marmalade",
    "mayonnaise", "medical",     "medicine",    "melody",      "memory",    "mercury",    "microphone", "microscope",
    "migration",  "minimum",     "minister",    "miracle",     "molecule",  "monitor",    "monopoly",   "monument",
    "motorbike",  "mountaineer", "multiply",    "museum",      "musician",  "mystery",    "narrator",   "nebula",
    "negative",   "newspaper",   "nicotine",    "nightingale", "nitrogen",  "nobleman",   "november",   "nursery",
    "october",    "octopus",     "odyssey",     "officer",     "omelet",    "opera",      "operator",   "optical",
    "orchestra",  "origami",     "orthodox",    "ottoman",     "overcoat",  "oxidize",    "pacific",    "panorama",
    "paragraph",  "parachute",   "pelican",     "pineapple",   "potato",    "president",  "pyramid",    "radio",
};

const char *words_spoken_one(size_t place, uint8_t byte)
{
    return place % 2 == 0 ? EVEN[byte] : ODD[byte];
}

const char *words_spoken(const uint8_t *bytes, size_t size, char text[WORDS_SPOKEN_TEXT])
{
    size_t used = 0;
    for (size_t i = 0; i < size && i < WORDS_SPOKEN_BYTES; i++) {
        const char *word = words_spoken_one(i, bytes[i]);
        size_t length = strlen(word);
        if (i > 0)
            text[used++] = ' ';
        memcpy(text + used, word, length);
        used += length;
    }
    text[used] = '\0';
    return text;
}
