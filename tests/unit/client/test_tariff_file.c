/* Export and import: whatever a version says is read back as the same, and written again as the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka.h needs those first */
#include <cmocka.h>

#include "tariff_file.h"

static uint64_t seed = 20260301;

static int64_t any(int64_t least, int64_t most)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return least + (int64_t)(seed % (uint64_t)(most - least + 1));
}

/* Often at the ends, where texts are longest and shortest. */
static int64_t amount(int64_t least, int64_t most)
{
    switch (any(0, 5)) {
    case 0:
        return least;
    case 1:
        return most;
    case 2:
        return any(least, most);
    default:
        return any(least, most < least + 99999 ? most : least + 99999);
    }
}

/* What a receipt can show, with all that means something to the reader of the file. */
static void name(char text[33], int64_t number)
{
    static const char *const parts[] = {"levy",     " of ",         "\"",   "\\",   "${HOME}",  "$",  "#", "'",  "{ }",
                                        "\xc3\xa4", "\xe7\x8e\x8b", "= 1;", "a+=b", "/* no */", "//", "~", "\\n"};
    (void)snprintf(text, 33, "%d", (int)number); /* two of a kind have two names */
    for (int64_t count = any(0, 4); count-- > 0;) {
        const char *part = parts[any(0, (int64_t)(sizeof parts / sizeof parts[0]) - 1)];
        if (strlen(text) + strlen(part) <= 32)
            (void)strncat(text, part, 32 - strlen(text));
    }
}

static char names[TARIFF_FILE_PERIODS + TARIFF_FILE_CHARGES + TARIFF_FILE_TAXES][33];

static char *next_name(size_t *used)
{
    name(names[*used], (int64_t)*used);
    return names[(*used)++];
}

static void any_prices(struct tariff_file *file)
{
    static const int64_t rate_most = INT64_C(1000000000000);
    static const int64_t units_most = INT64_C(10000000000000);
    enum { SHARES = 10000 };
    Metervault__V1__TariffTerms *terms = &file->terms;
    size_t used = 0;
    if (terms->kind == METERVAULT__V1__PRICING_KIND__PRICE_TIME_OF_USE) {
        uint32_t left = SHARES;
        terms->n_periods = (size_t)any(1, TARIFF_FILE_PERIODS);
        for (size_t i = 0; i < terms->n_periods; i++) {
            metervault__v1__price_period__init(file->period_pointers[i] = &file->periods[i]);
            file->periods[i].name = next_name(&used);
            file->periods[i].price_e5 = amount(0, rate_most);
            file->periods[i].share_e4 = i + 1 == terms->n_periods ? left : (uint32_t)any(0, left);
            left -= file->periods[i].share_e4;
        }
        return;
    }
    terms->n_steps = terms->kind == METERVAULT__V1__PRICING_KIND__PRICE_SINGLE ? 1 : (size_t)any(1, TARIFF_FILE_STEPS);
    int64_t up_to = 0;
    for (size_t i = 0; i < terms->n_steps; i++) {
        metervault__v1__price_step__init(file->step_pointers[i] = &file->steps[i]);
        up_to = i + 1 == terms->n_steps ? 0 : amount(up_to + 1, units_most - TARIFF_FILE_STEPS + (int64_t)i);
        file->steps[i].up_to = up_to;
        file->steps[i].price_e5 = amount(0, rate_most);
    }
}

static void any_charges(struct tariff_file *file, int64_t money_most)
{
    static const int64_t hundred_e4 = 1000000;
    Metervault__V1__TariffTerms *terms = &file->terms;
    size_t used = TARIFF_FILE_PERIODS;
    terms->n_charges = (size_t)any(0, TARIFF_FILE_CHARGES);
    for (size_t i = 0; i < terms->n_charges; i++) {
        Metervault__V1__TariffCharge *charge = file->charge_pointers[i] = &file->charges[i];
        metervault__v1__tariff_charge__init(charge);
        charge->name = next_name(&used);
        charge->kind = (Metervault__V1__ChargeKind)any(1, 3);
        charge->amount =
            amount(0, charge->kind == METERVAULT__V1__CHARGE_KIND__CHARGE_PERCENT ? hundred_e4
                      : charge->kind == METERVAULT__V1__CHARGE_KIND__CHARGE_FIXED ? money_most
                                                                                  : INT64_C(1000000000000));
    }
    terms->n_taxes = (size_t)any(0, TARIFF_FILE_TAXES);
    for (size_t i = 0; i < terms->n_taxes; i++) {
        Metervault__V1__TariffTax *tax = file->tax_pointers[i] = &file->taxes[i];
        metervault__v1__tariff_tax__init(tax);
        tax->name = next_name(&used);
        tax->percent_e4 = amount(0, hundred_e4);
        tax->on_energy = any(0, 1) == 1;
        tax->on_charges = any(0, 1) == 1;
    }
}

static void any_terms(struct tariff_file *file)
{
    static const int64_t money_most = INT64_C(1000000000000000);
    Metervault__V1__TariffTerms *terms = &file->terms;
    memset(file, 0, sizeof *file);
    metervault__v1__tariff_terms__init(terms);
    terms->steps = file->step_pointers;
    terms->periods = file->period_pointers;
    terms->charges = file->charge_pointers;
    terms->taxes = file->tax_pointers;
    terms->name = (char *)"Home-1.a_b";
    terms->utility = (Metervault__V1__Utility)any(1, 4);
    terms->kind = (Metervault__V1__PricingKind)any(1, 3);
    terms->rounding = (Metervault__V1__Rounding)any(1, 3);
    terms->valid_from_unix_s = any(0, 1) == 0 ? any(0, INT64_C(4102444800)) : any(0, 700000) * 3600;
    terms->free_units_per_month = amount(0, INT64_C(10000000000000) / 13);
    terms->free_carry_months = (uint32_t)any(0, 12);
    terms->fixed_charge_per_month = amount(0, money_most);
    terms->minimum_purchase = amount(0, money_most);
    terms->maximum_purchase = amount(0, money_most);
    terms->round_to = amount(1, 1000000);
    any_prices(file);
    any_charges(file, money_most);
}

/* To be freed. */
static char *written(const Metervault__V1__TariffTerms *terms, const Metervault__V1__Office *office)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    Metervault__V1__Tariff tariff = METERVAULT__V1__TARIFF__INIT;
    assert_non_null(out);
    tariff.terms = (Metervault__V1__TariffTerms *)terms;
    tariff.version = 1;
    tariff.put_by = (char *)"manager";
    tariff_file_write(out, &tariff, office);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void keep(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void assert_same_terms(const Metervault__V1__TariffTerms *a, const Metervault__V1__TariffTerms *b,
                              const char *text)
{
    size_t size = metervault__v1__tariff_terms__get_packed_size(a);
    bool same = size == metervault__v1__tariff_terms__get_packed_size(b);
    if (same) {
        uint8_t *one = malloc(2 * size);
        assert_non_null(one);
        (void)metervault__v1__tariff_terms__pack(a, one);
        (void)metervault__v1__tariff_terms__pack(b, one + size);
        same = memcmp(one, one + size, size) == 0;
        free(one);
    }
    if (!same)
        fail_msg("read as something else:\n%s", text);
}

static void what_is_exported_is_imported(void **state)
{
    (void)state;
    enum { ROUNDS = 3000 };
    char path[] = "/tmp/metervault-tariff.XXXXXX";
    char wrong[TARIFF_FILE_WRONG];
    static struct tariff_file file, again;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    for (int round = 0; round < ROUNDS; round++) {
        Metervault__V1__Office office = METERVAULT__V1__OFFICE__INIT;
        office.currency = (char *)"EUR";
        office.minor_digits = (uint32_t)any(0, 3);
        office.utc_offset_min = (int32_t)any(-720, 840);
        any_terms(&file);
        char *text = written(&file.terms, &office);
        keep(path, text);
        if (!tariff_file_read(path, &office, &again, wrong))
            fail_msg("%s in:\n%s", wrong, text);
        assert_same_terms(&file.terms, &again.terms, text);
        char *second = written(&again.terms, &office);
        assert_string_equal(second, text);
        tariff_file_free(&again);
        free(second);
        free(text);
    }
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_exported_is_imported)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
